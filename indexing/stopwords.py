"""Words too common to search for, folded. Own lists: articles, pronouns, prepositions, auxiliaries."""

from __future__ import annotations

from collections.abc import Mapping

FRENCH = frozenset(
    """
    a ai ainsi alors apres as au aucun aucune aujourd aussi autre autres aux avaient avait avant avec avez avoir avons
    ayant c ca car ce ceci cela celle celles celui ces cet cette ceux chaque chez ci comme comment d dans de
    des depuis donc dont du elle elles en encore entre es est et etaient etait etant ete etes etre eu eux fait
    font hors hui ici il ils j je jusque l la le les leur leurs lors lorsque lui m ma mais me meme memes mes moi
    moins mon n ne ni nos notre nous on ont ou par parmi pas peu peut peuvent plus pour pourquoi puis qu quand
    que quel quelle quelles quels qui quoi s sa sans se sera serait seront ses si soi soit son sont sous sur t
    ta tandis te tel telle telles tels tes toi ton tous tout toute toutes tres tu un une vers voici voila vos
    votre vous y
    """.split()  # noqa: SIM905 -- a list of 150 quoted words is hard to read
)
ENGLISH = frozenset(
    """
    a about above after again against all also am an and any are as at be because been before being below
    between both but by can could did do does doing down during each eg few for from further had has have having
    he her here hers him his how i ie if in into is it its itself just me more most my no nor not now of off on
    once only or other our ours out over own s same she should so some such t than that the their theirs them
    then there these they this those through to too under until up very was we were what when where which
    while who whom why will with would you your yours
    """.split()  # noqa: SIM905 -- a list of 150 quoted words is hard to read
)
STOP_WORDS: Mapping[str, frozenset[str]] = {"fr": FRENCH, "en": ENGLISH}
# Written in capitals these are names of things that people search for (information technology, artificial
# intelligence, système d'information, manufacturing execution system), not the small words.
ACRONYMS: Mapping[str, frozenset[str]] = {"fr": frozenset({"AI", "MES", "SI"}), "en": frozenset({"IT"})}
