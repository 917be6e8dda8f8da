"""The server behind the studio: sessions over HTTP and WebSocket.

`messages` and `frames` are what goes over the wire, `live` is one session, `app` ties all together.
`docs/http-api.md` says how to talk to it.
"""
