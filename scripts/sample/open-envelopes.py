# SPDX-License-Identifier: Apache-2.0
"""Opens DSSE envelopes with securesystemslib: each with the first key, none with the second."""

import hashlib
import json
import pathlib
import sys

from cryptography.hazmat.primitives import serialization
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey


def key(path):
    public = serialization.load_pem_public_key(pathlib.Path(path).read_bytes())
    der = public.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return SSlibKey.from_crypto(public, keyid=hashlib.sha256(der).hexdigest())


def main(folder, ours, other):
    envelopes = sorted(pathlib.Path(folder).glob("*.dsse.json"))
    ours, other = key(ours), key(other)
    for path in envelopes:
        envelope = Envelope.from_dict(json.loads(path.read_text()))
        envelope.verify([ours], threshold=1)
        try:
            envelope.verify([other], threshold=1)
            sys.exit(f"{path.name} opens with a key that did not sign it")
        except VerificationError:
            pass
        statement = json.loads(envelope.payload)
        commit = path.name.removesuffix(".dsse.json")
        if statement["_type"] != "https://in-toto.io/Statement/v1":
            sys.exit(f"{path.name} holds no in-toto statement")
        if statement["subject"][0]["digest"]["gitCommit"] != commit:
            sys.exit(f"{path.name} is about another commit")
    if not envelopes:
        sys.exit("there is no envelope")
    print(f"{len(envelopes)} envelopes open with the key that signed them, and with no other")


main(*sys.argv[1:])
