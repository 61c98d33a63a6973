"""`make evaluate`: one table of relevance over the collections of PASSERELLE_SHARED and the demo."""
