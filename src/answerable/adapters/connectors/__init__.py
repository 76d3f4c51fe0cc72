"""Back ends behind the connectors' port: HTTP, OpenAPI, MCP, SQL, e-mail; and the credentials that they are used with.

Start at `opening.py`, which reads the deployment's `connectors.yaml`.
"""
