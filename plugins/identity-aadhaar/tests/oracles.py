"""What decoders that others wrote make of Aadhaar numbers, codes, files and signatures.

Reads one JSON object from standard input, {"numbers": [...], "qr": {...}, "ekyc": [...], "sign": [...], "verify": [...]}, each part
optional, and prints one with what became of them. Needs pyaadhaar, python-stdnum, signxml, lxml, pyzipper and Pillow from PyPI.
"""

import hashlib
import io
import json
import sys
import types

# pyaadhaar reads pictures with these, which nothing here does.
for name in ["cv2", "numpy", "pyzbar", "pyzbar.pyzbar"]:
    sys.modules[name] = types.ModuleType(name)
sys.modules["pyzbar.pyzbar"].decode = None

import pyzipper
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from lxml import etree
from pyaadhaar import decode
from signxml import CanonicalizationMethod, XMLSigner, XMLVerifier, methods
from stdnum.in_ import aadhaar


def number(text):
    return aadhaar.is_valid(text)


def qr(task):
    code = decode.AadhaarSecureQr(int(task["code"]))
    key = x509.load_pem_x509_certificate(task["certificate"].encode()).public_key()
    key.verify(code.signature(), code.signedData(), padding.PKCS1v15(), hashes.SHA256())
    return {
        "told": code.decodeddata(),
        "mobile": code.verifyMobileNumber(task["mobile"]),
        "email": code.verifyEmail(task["email"]),
        "signed": hashlib.sha256(code.signedData()).hexdigest(),
    }


def ekyc(task):
    archive = bytes.fromhex(task["archive"])
    if task["aes"]:
        # pyaadhaar opens ZipCrypto only: an AES archive is opened by pyzipper and packed again.
        with pyzipper.AESZipFile(io.BytesIO(archive)) as opened:
            opened.setpassword(task["code"].encode())
            content = opened.read(opened.namelist()[0])
        packed = io.BytesIO()
        with pyzipper.ZipFile(packed, "w") as again:
            again.writestr("a.xml", content)
        archive = packed.getvalue()
    file = decode.AadhaarOfflineXML(io.BytesIO(archive), task["code"])
    return {
        "told": file.decodeddata(),
        "mobile": file.verifyMobileNumber(task["mobile"]),
        "email": file.verifyEmail(task["email"]),
    }


def sign(task):
    """Signs a document; its text is as messy as it came."""
    method = CanonicalizationMethod(task["canonicalization"])
    signer = XMLSigner(method=methods.enveloped, c14n_algorithm=method, digest_algorithm="sha256")
    if not task["prefix"]:
        signer.namespaces = {None: signer.namespaces["ds"]}
    root = etree.fromstring(task["xml"].encode())
    signed = signer.sign(root, key=task["key"].encode(), cert=task["certificate"])
    return etree.tostring(signed).decode()


def verify(task):
    """The root of what a document's signature covers; raises where it does not hold."""
    verifier = XMLVerifier()
    # lxml writes xmlns="" where a part of a document has a default namespace that an element above it declares; none here has it.
    verifier.excise_empty_xmlns_declarations = True
    result = verifier.verify(task["xml"].encode(), x509_cert=task["certificate"])
    return etree.QName(result.signed_xml).localname


def archive(task):
    """An archive by the program that others open AES archives with."""
    packed = io.BytesIO()
    with pyzipper.AESZipFile(packed, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES) as file:
        file.setpassword(task["code"].encode())
        file.writestr("offlineaadhaar.xml", task["xml"])
    return packed.getvalue().hex()


def main():
    tasks = json.load(sys.stdin)
    kinds = {"numbers": number, "qr": qr, "ekyc": ekyc, "sign": sign, "verify": verify, "archive": archive}
    json.dump({kind: [kinds[kind](task) for task in tasks[kind]] for kind in tasks}, sys.stdout)


main()
