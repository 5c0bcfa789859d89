"""A server in the manner of the original project's: blocking sockets, a thread a connection, a pickle a reply.

    python3 python_server.py PORT FOLDER

Unlike the original's it may be started again at once (SO_REUSEADDR), reads a request to its end and prints nothing.
"""

import os
import pickle
import socket
import sys
import threading
import time

port, folder = int(sys.argv[1]), sys.argv[2]


def reply_to(verb, argument):
    match verb:
        case "CONSULTA":
            return "Servidor online 24 horas"
        case "HORA":
            return time.strftime("%H:%M:%S")
        case "LISTAR":
            return sorted(os.listdir(folder))
        case "ARQUIVO":
            with open(os.path.join(folder, argument), "rb") as file:
                return argument, file.read()
        case _:
            return "Comando desconhecido."


def converse(connection):
    with connection, connection.makefile("rb") as requests:
        while True:
            try:
                verb, argument = pickle.load(requests)
            except (EOFError, OSError):
                return
            if verb == "SAIR":
                return
            connection.sendall(pickle.dumps(reply_to(verb, argument)))


listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", port))
listener.listen(128)
while True:
    connection, _ = listener.accept()
    threading.Thread(target=converse, args=(connection,), daemon=True).start()
