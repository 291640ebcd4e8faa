"""Face templates: protected, renewable references (ISO/IEC 24745), and their comparison.

An embedding is padded to a fixed length and turned in space by a secret rotation. Distances to a
probe are what they were, for whoever has the key; to anybody else, templates of one person under
two keys are as far from each other as those of strangers.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CTR
from numpy.typing import NDArray

from consentry.engines.face.engine import Embedding
from consentry.errors import TemplateError
from consentry.people.secrets import SECRET_BYTES
from consentry.store.cipher import KEY_BYTES, derived, opened, sealed

LENGTH = 4.0
"""Of every protected vector: a length of its own would tell people apart. Embeddings are shorter:
those of dlib's network are about 1.4 long, and those that are compared by the cosine 1."""
MAX_DIMENSIONS = 2048
_FORMAT = 1
_HEADER = struct.Struct(">BHH")
"""The version of the form, the length of the engine's name, and that of the vector."""


@dataclass(frozen=True, slots=True)
class TemplateKey:
    """What one template is protected with. Another key makes another template of the same face,
    and nothing of the old one."""

    rotation: bytes = field(repr=False)
    sealing: bytes = field(repr=False)

    @classmethod
    def derive(cls, secret: bytes, organization: bytes) -> Self:
        """From a secret of 32 bytes and the organization's salt (HKDF, RFC 5869): one secret gives
        two organizations keys that have nothing in common."""
        if len(secret) != SECRET_BYTES:
            raise TemplateError("a template's secret has 32 bytes")
        info = b"consentry face template"
        made = derived(secret, info, salt=organization, size=2 * KEY_BYTES)
        return cls(made[:KEY_BYTES], made[KEY_BYTES:])


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """A protected embedding. It is compared only with embeddings of the engine it was made with."""

    engine: str
    values: NDArray[np.float32] = field(repr=False)
    """``float32[d + 1]``, of length :data:`LENGTH`."""

    def encode(self) -> bytes:
        """The form in which it is kept, little-endian."""
        name = self.engine.encode()
        head = _HEADER.pack(_FORMAT, len(name), len(self.values))
        return head + name + self.values.astype("<f4").tobytes()

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """TemplateError where ``data`` is no template."""
        try:
            version, named, size = _HEADER.unpack_from(data)
            start = _HEADER.size + named
            engine = data[_HEADER.size : start].decode()
            values = np.frombuffer(data[start:], "<f4").astype(np.float32)
        except (struct.error, ValueError):
            raise TemplateError("that is no template") from None
        if version != _FORMAT or len(values) != size or not np.isfinite(values).all():
            raise TemplateError("that is no template of this version")
        return cls(engine, values)


def protect(embedding: Embedding, key: TemplateKey, engine: str) -> Template:
    """The template of ``embedding``; TemplateError where it is none of a face."""
    values = _checked(embedding)
    rest = LENGTH**2 - float(values @ values)
    if rest <= 0:
        raise TemplateError(f"an embedding has a length below {LENGTH:g}; scale the model's output")
    padded = np.append(values, np.sqrt(rest))
    return Template(engine, (rotation(key, len(padded)) @ padded).astype(np.float32))


def distance(template: Template, probe: Embedding, key: TemplateKey) -> float:
    """Euclidean, between ``probe`` and the embedding that ``template`` was made from; it means
    nothing with another key. TemplateError where they don't go together."""
    values = _checked(probe)
    if len(values) + 1 != len(template.values):
        raise TemplateError("a template and a probe of different engines")
    embedding = (rotation(key, len(template.values)).T @ template.values)[:-1]
    return float(np.linalg.norm(embedding - values))


def seal(template: Template, key: TemplateKey, place: bytes) -> bytes:
    """``template`` under AES-256-GCM with ``key``; it opens at ``place`` alone."""
    return sealed(key.sealing, template.encode(), place)


def unseal(kept: bytes, key: TemplateKey, place: bytes) -> Template:
    """The template; TemplateError with another key, at another place, or where it was altered."""
    data = opened(key.sealing, kept, place)
    if data is None:
        raise TemplateError("a template that this key does not open")
    return Template.decode(data)


def rotation(key: TemplateKey, size: int) -> NDArray[np.float64]:
    """An orthonormal ``float64[size, size]``, as likely as any other (Haar measure): the Q of a
    Gaussian matrix, with R's diagonal made positive (Mezzadri, Notices of the AMS 54, 2007).

    Its randomness is AES-256-CTR's, so that it does not depend on a library's generator.
    """
    count = size * size
    stream = Cipher(AES256(key.rotation), CTR(bytes(16))).encryptor().update(bytes(16 * count))
    uniform = (np.frombuffer(stream, "<u8").reshape(2, count) >> 11).astype(np.float64) * 2.0**-53
    # Box-Muller; 1 - u is never 0.
    gaussian = np.sqrt(-2 * np.log(1 - uniform[0])) * np.cos(2 * np.pi * uniform[1])
    q, r = np.linalg.qr(gaussian.reshape(size, size))
    turned: NDArray[np.float64] = q * np.sign(np.diag(r))
    return turned


def _checked(embedding: Embedding) -> NDArray[np.float64]:
    values = np.asarray(embedding, np.float64)
    if values.ndim != 1 or not 1 <= len(values) <= MAX_DIMENSIONS or not np.isfinite(values).all():
        raise TemplateError("that is no embedding of a face")
    return values
