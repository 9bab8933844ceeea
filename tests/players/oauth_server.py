"""An authorization server of Authlib's, which we did not write, and a little of the API behind it:
oauth_server.py FOLDER. Prints its port.

Codes, proof keys, tokens and the answers about them are Authlib's; the person who logs in is Ann, who
agrees at once. Redirects go where the registered address does, on whatever port, as Spotify has it.
Reads of FOLDER, anew for each request
  life            seconds that access tokens live, 3600 without it
  trouble.json    what to do in place of the next answers of the token endpoint: a status, "html",
                  "invalid_grant"; "lost": tokens are changed, and the connection is closed; null
  api.json        likewise of the API: a status, or null
  refuses         where it exists, Ann does not agree
  pause           seconds between new tokens and the answer
  keeps_token     where it exists, refresh tokens are not changed
  forgets         where it exists, access tokens from before it are not known any more
Writes requests.log, a line each ("token refresh_token 200"), and secrets.log: all that nobody else is
to see, a line each.
"""
import json
import os
import sys
import threading
import time
from urllib.parse import urlsplit

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
from authlib.integrations.flask_oauth2 import AuthorizationServer, ResourceProtector
from authlib.oauth2.rfc6749 import ClientMixin, TokenMixin, AuthorizationCodeMixin, grants
from authlib.oauth2.rfc6750 import BearerTokenValidator
from authlib.oauth2.rfc7636 import CodeChallenge
from flask import Flask, Response, jsonify, request
from werkzeug.serving import WSGIRequestHandler, make_server

FOLDER = sys.argv[1]
LOCK = threading.Lock()
REGISTERED = "http://127.0.0.1/callback"
CODES, TOKENS = {}, []


def path(name):
    return os.path.join(FOLDER, name)


def number(name, otherwise):
    return float(open(path(name)).read()) if os.path.exists(path(name)) else otherwise


def take(name):
    troubles = json.load(open(path(name))) if os.path.exists(path(name)) else []
    if not troubles:
        return None
    with open(path(name), "w") as file:
        json.dump(troubles[1:], file)
    return troubles[0]


def note(name, *words):
    with open(path(name), "a") as file:
        file.write(" ".join(str(word) for word in words) + "\n")


class Client(ClientMixin):
    client_id = "0f5client"

    def get_client_id(self):
        return self.client_id

    def get_default_redirect_uri(self):
        return REGISTERED

    def get_allowed_scope(self, scope):
        return scope

    def check_redirect_uri(self, uri):
        asked, known = urlsplit(uri), urlsplit(REGISTERED)
        return (asked.scheme, asked.hostname, asked.path) == (known.scheme, known.hostname, known.path)

    def check_client_secret(self, secret):
        return False

    def check_endpoint_auth_method(self, method, endpoint):
        return method == "none"

    def check_response_type(self, kind):
        return kind == "code"

    def check_grant_type(self, kind):
        return kind in ("authorization_code", "refresh_token")


class Code(AuthorizationCodeMixin):
    def __init__(self, code, asked):
        self.code, self.redirect_uri, self.scope = code, asked.redirect_uri, asked.scope
        self.code_challenge = asked.data.get("code_challenge")
        self.code_challenge_method = asked.data.get("code_challenge_method")

    def get_redirect_uri(self):
        return self.redirect_uri

    def get_scope(self):
        return self.scope


class Token(TokenMixin):
    def __init__(self, token):
        self.access_token, self.refresh_token = token["access_token"], token.get("refresh_token")
        self.scope, self.issued_at, self.life = token["scope"], time.time(), token["expires_in"]
        self.is_dead = False

    def check_client(self, client):
        return True

    def get_scope(self):
        return self.scope

    def get_expires_in(self):
        return int(number("life", 3600))

    def is_expired(self):
        return time.time() > self.issued_at + self.life

    def is_revoked(self):
        forgets = path("forgets")
        return self.is_dead or (os.path.exists(forgets) and self.issued_at < os.path.getmtime(forgets))


class CodeGrant(grants.AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["none"]

    def save_authorization_code(self, code, asked):
        CODES[code] = Code(code, asked)
        note("secrets.log", code)

    def query_authorization_code(self, code, client):
        return CODES.get(code)

    def delete_authorization_code(self, code):
        del CODES[code.code]

    def authenticate_user(self, code):
        return "Ann"


class RefreshGrant(grants.RefreshTokenGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["none"]

    @property
    def INCLUDE_NEW_REFRESH_TOKEN(self):
        return not os.path.exists(path("keeps_token"))

    def authenticate_refresh_token(self, refresh_token):
        return next((one for one in TOKENS if one.refresh_token == refresh_token and not one.is_dead), None)

    def authenticate_user(self, credential):
        return "Ann"

    def revoke_old_credential(self, credential):
        credential.is_dead = self.INCLUDE_NEW_REFRESH_TOKEN


def save_token(token, asked):
    TOKENS.append(Token(token))
    for name in ("access_token", "refresh_token"):
        if name in token:
            note("secrets.log", token[name])


class Validator(BearerTokenValidator):
    def authenticate_token(self, text):
        return next((one for one in TOKENS if one.access_token == text), None)


app = Flask(__name__)
app.config["OAUTH2_REFRESH_TOKEN_GENERATOR"] = True
app.config["OAUTH2_TOKEN_EXPIRES_IN"] = None
server = AuthorizationServer(app, lambda client_id: Client() if client_id == Client.client_id else None, save_token)
server.register_grant(CodeGrant, [CodeChallenge(required=True)])
server.register_grant(RefreshGrant)
generator = server.create_bearer_token_generator(app.config)
generator.expires_generator = lambda client, grant: int(number("life", 3600))
server.register_token_generator("default", generator)
protect = ResourceProtector()
protect.register_token_validator(Validator())


@app.route("/authorize")
def authorize():
    note("requests.log", "authorize", request.args.get("code_challenge_method"))
    note("secrets.log", request.args.get("state"))
    with LOCK:
        return server.create_authorization_response(grant_user=None if os.path.exists(path("refuses")) else "Ann")


@app.route("/api/token", methods=["POST"])
def token():
    if "code_verifier" in request.form:
        note("secrets.log", request.form["code_verifier"])
    with LOCK:
        trouble = take("trouble.json")
        if trouble is None or trouble == "lost":
            answer = server.create_token_response()
        elif trouble == "html":
            answer = Response("<html>maintenance</html>")
        elif trouble == "invalid_grant":
            answer = jsonify(error=trouble, error_description="Refresh token revoked")
            answer.status_code = 400
        else:
            answer = Response("", status=trouble)
        note("requests.log", "token", request.form.get("grant_type"), answer.status_code)
    time.sleep(number("pause", 0))
    if trouble == "lost":
        request.environ["werkzeug.socket"].shutdown(2)
    return answer


@app.route("/v1/me")
def me():
    trouble = take("api.json")
    if trouble:
        note("requests.log", "me", trouble)
        return jsonify(error={"status": trouble, "message": "User not registered in the Developer Dashboard"}), trouble
    try:
        protect.acquire_token()
    except Exception:
        note("requests.log", "me", 401)
        return jsonify(error={"status": 401, "message": "The access token expired"}), 401
    note("requests.log", "me", 200)
    # The token is told back, as a careless service might.
    return jsonify(id="ann0", account_id="a1", display_name="Ann", type="user", uri="spotify:user:ann0",
                   seen=request.headers["Authorization"])


class Quiet(WSGIRequestHandler):
    def log(self, *args):
        pass


served = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
print(served.port, flush=True)
served.serve_forever()
