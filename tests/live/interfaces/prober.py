"""Knocks at ADDRESS PORT every tenth of a second, and never minds the answer: prober.py ADDRESS PORT"""
import socket
import sys
import time

ADDRESS, PORT = sys.argv[1], int(sys.argv[2])
while True:
    with socket.socket() as knock:
        knock.settimeout(0.1)
        try:
            knock.connect((ADDRESS, PORT))
        except OSError:
            pass
    time.sleep(0.1)
