#!/usr/bin/env bash
#
# Surprising: when OpenSMTPD gives a mail up because its time in the queue is over, its last report calls it delayed: Action:
# delayed, Status: 4.4.7, "only a temporary failure report", "kept in the queue for up to 7 days" (whatever `queue ttl` says). The
# queue is empty then, and nothing follows. Who waits for Action: failed (RFC 3464, 2.3.3) never learns that it was not delivered.
# And of what the next hop refused its report says 5.0.0, without a Diagnostic-Code: the answer stands in the text alone.
#
# Versions: opensmtpd 6.8.0p2-4+b4 of Debian 12, Python 3.11, Linux amd64. By root, in a mount namespace: its users and its queue
# have their places in the system, and nothing of the system's is touched. Takes half a minute.
#
# Seen:
#   nobody@example.org: failed, 5.0.0, Diagnostic-Code no, in the text: 550 5.1.1 no such user
#   later@example.org: delayed, 4.0.0, Diagnostic-Code no, in the text: 450 4.2.1 busy
#   later@example.org: delayed, 4.4.7, Diagnostic-Code no, in the text: Envelope expired
#   The last one says that the mail is kept in the queue: yes. Files in the queue then: 0
#
# Exits 0 when it is so, 1 when it has changed.
set -euo pipefail
umask 022
if [ "${1-}" != inside ]; then
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    (cd "$folder" && apt-get -qq download opensmtpd=6.8.0p2-4+b4 libevent-2.1-7 libdb5.3 2>apt.log &&
        for package in ./*.deb; do dpkg-deb -x "$package" root; done) ||
        { cat "$folder/apt.log"; exit 1; }
    unshare --mount --pid --fork --kill-child --mount-proc bash "$(realpath "$0")" inside "$folder"
    sed -n 's/^#   //p' "$0" >"$folder/expected"
    if cmp -s "$folder/expected" "$folder/seen"; then echo "As stated."; else echo "It has changed."; exit 1; fi
    exit
fi

cd "$2"
mkdir spool lib run
{ cat /etc/passwd; echo 'opensmtpd:x:64201:64201::/nonexistent:/usr/sbin/nologin'; echo 'opensmtpq:x:64202:64202::/nonexistent:/usr/sbin/nologin'; } |
    awk -F: '!known[$1]++' >passwd
{ cat /etc/group; echo 'opensmtpd:x:64201:'; echo 'opensmtpq:x:64202:'; } | awk -F: '!known[$1]++' >group
mount --bind passwd /etc/passwd
mount --bind group /etc/group
mount --bind spool /var/spool
mount --bind lib /var/lib
mount --bind run /run
mkdir -m 711 /var/spool/smtpd
mkdir -p /var/lib/opensmtpd/empty

cat >seeing.py <<'PY'
import email, os, smtplib, socketserver, subprocess, sys, threading, time

reports = []

class NextHop(socketserver.StreamRequestHandler):
    def handle(self):
        say = lambda text: self.wfile.write(text.encode() + b"\r\n")
        say("220 hello")
        for line in self.rfile:
            verb = line[:4].upper()
            if verb == b"RCPT" and b"nobody@" in line: say("550 5.1.1 no such user")
            elif verb == b"RCPT" and b"later@" in line: say("450 4.2.1 busy")
            elif verb == b"DATA":
                say("354 go on")
                text = b""
                while (line := self.rfile.readline()) != b".\r\n": text += line
                reports.append(email.message_from_bytes(text))
                say("250 ok")
            elif verb == b"QUIT": say("221 bye"); return
            else: say("250 ok")

socketserver.ThreadingTCPServer.daemon_threads = True
server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), NextHop)
threading.Thread(target=server.serve_forever, daemon=True).start()
with socketserver.TCPServer(("127.0.0.1", 0), None) as free: port = free.server_address[1]
open("smtpd.conf", "w").write(f"""queue ttl 5s
bounce warn-interval 1s
listen on 127.0.0.1 port {port}
action out relay host smtp://127.0.0.1:{server.server_address[1]}
match from any for any action out
""")
library = os.path.abspath("root/usr/lib/x86_64-linux-gnu")
smtpd = subprocess.Popen(["root/usr/sbin/smtpd", "-d", "-f", "smtpd.conf"], stdout=open("smtpd.log", "w"), stderr=subprocess.STDOUT,
                         env={**os.environ, "LD_LIBRARY_PATH": library})
until = time.monotonic() + 60
def wait(so):
    while not so():
        if time.monotonic() > until:
            print("no more came"); print(*open("smtpd.log").readlines()[-5:]); sys.exit(1)
        time.sleep(0.2)
def sent(to):
    try:
        with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
            client.sendmail("sender@example.net", [to], "From: sender@example.net\r\nSubject: hello\r\n\r\nhello\r\n")
        return True
    except OSError:
        return False
for to in ("nobody@example.org", "later@example.org"): wait(lambda: sent(to))

def queued(): return sum(len(files) for _, _, files in os.walk("/var/spool/smtpd/queue"))
def words(report): return next(part for part in report.walk() if part.get_content_type() == "text/plain").get_payload()
def blocks(report): return next(part for part in report.walk() if part.get_content_type() == "message/delivery-status").get_payload()
# Three reports; then until the queue is empty, and longer than the mail was in it, should another one follow.
wait(lambda: len(reports) >= 3)
wait(lambda: queued() == 0)
time.sleep(6)
for report in sorted(reports, key=lambda report: (blocks(report)[1]["Action"] != "failed", blocks(report)[1]["Status"])):
    of = blocks(report)[1]
    to = of["Final-Recipient"].partition(";")[2].strip()
    said = next(line for line in words(report).splitlines() if line.startswith(to)).partition(": ")[2]
    print(f"{to}: {of['Action']}, {of['Status']}, Diagnostic-Code {'yes' if of['Diagnostic-Code'] else 'no'}, in the text: {said}")
last = next(report for report in reports if blocks(report)[1]["Status"] == "4.4.7")
kept = "The message is kept in the queue for up to 7 days" in words(last)
print(f"The last one says that the mail is kept in the queue: {'yes' if kept else 'no'}. Files in the queue then: {queued()}")
smtpd.terminate()
smtpd.wait()
PY
python3 seeing.py | tee seen
