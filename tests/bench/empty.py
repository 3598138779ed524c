"""The floor: a Flask application whose one endpoint does nothing."""

from flask import Flask

app = Flask(__name__)


@app.post("/")
def nothing() -> dict[str, bool]:
    return {"ok": True}
