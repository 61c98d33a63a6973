"""The portal: blueprints, forms, access rules, the error table."""
