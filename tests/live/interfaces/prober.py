"""Knocks at ADDRESS PORT every tenth of a second, whatever the answer: prober.py ADDRESS PORT

Prints a line for each knock that was refused: when it began and when the answer had come.
"""
import socket
import sys
import time

ADDRESS, PORT = sys.argv[1], int(sys.argv[2])
while True:
    begin = time.time()
    with socket.socket() as knock:
        knock.settimeout(0.1)
        try:
            knock.connect((ADDRESS, PORT))
        except ConnectionRefusedError:
            print(f"{begin:.6f} {time.time():.6f}", flush=True)
        except OSError:
            pass
    time.sleep(0.1)
