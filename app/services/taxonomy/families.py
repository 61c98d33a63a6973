"""Families of technologies, under which a form lists them."""

from __future__ import annotations

from app.services.choices import Labelled

FAMILIES: Labelled = {
    "artificial-intelligence": {"fr": "Intelligence artificielle", "en": "Artificial intelligence"},
    "data": {"fr": "Données", "en": "Data"},
    "software-user-experience": {"fr": "Logiciels et expérience utilisateur", "en": "Software and user experience"},
    "cloud-devops": {"fr": "Infonuagique et exploitation", "en": "Cloud and operations"},
    "integration-interoperability": {"fr": "Intégration et interopérabilité", "en": "Integration and interoperability"},
    "cybersecurity": {"fr": "Cybersécurité", "en": "Cybersecurity"},
    "identity-trust": {"fr": "Identité et confiance", "en": "Identity and trust"},
    "networks": {"fr": "Réseaux", "en": "Networks"},
    "iot-embedded": {"fr": "Objets connectés et systèmes embarqués", "en": "Connected objects and embedded systems"},
    "robotics-drones": {"fr": "Robotique et drones", "en": "Robotics and drones"},
    "geospatial": {"fr": "Géospatial", "en": "Geospatial"},
    "simulation-immersive": {
        "fr": "Simulation et technologies immersives",
        "en": "Simulation and immersive technology",
    },
    "audio-video-media": {"fr": "Audio, vidéo et médias", "en": "Audio, video and media"},
    "mobility-transport": {"fr": "Mobilité et transport", "en": "Mobility and transport"},
    "health-technologies": {"fr": "Technologies de la santé", "en": "Health technologies"},
    "civic-public-safety": {
        "fr": "Services aux citoyens et sécurité publique",
        "en": "Civic services and public safety",
    },
    "finance": {"fr": "Finance", "en": "Finance"},
    "energy-buildings": {"fr": "Énergie et bâtiments", "en": "Energy and buildings"},
    "environment": {"fr": "Environnement", "en": "Environment"},
    "education": {"fr": "Éducation", "en": "Education"},
    "manufacturing": {"fr": "Fabrication", "en": "Manufacturing"},
    "retail-logistics": {"fr": "Commerce et logistique", "en": "Retail and logistics"},
}
OTHER = {"fr": "Autres", "en": "Others"}  # of a family that an administrator made up
