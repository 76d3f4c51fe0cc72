"""What others have published: the examples of the RFCs, the proofs that Certificate Transparency tests with,
an entry of a log of 58 million, and a checkpoint that witnesses of the public network cosigned."""

import base64
from datetime import UTC, datetime

import pytest
from trees import NaiveHashes, naive_root

from answerable.ledger.checkpoint import parse_checkpoint
from answerable.ledger.merkle import (
    Frontier,
    Node,
    consistency_proof,
    inclusion_proof,
    leaf_node,
    root,
    verify_consistency,
    verify_inclusion,
)
from answerable.ledger.tiles import Tile, tiles_between
from answerable.ledger.witness import Answer, witness
from answerable.signing import check_note, new_signer, parse_note, verifier_from
from answerable.signing.keys import Algorithm
from answerable.values.errors import ProofError

# -- RFC 9162 section 2.1.5: a tree of seven leaves, its nodes by the letters that the figure gives them ---------------

SEVEN = [b"d%d" % at for at in range(7)]
LETTERS = {letter: Node(0, at) for at, letter in enumerate("abcdefj")} | {
    "g": Node(1, 0),
    "h": Node(1, 1),
    "i": Node(1, 2),
    "k": Node(2, 0),
}


def node(letter: str) -> bytes:
    if letter == "l":  # over i and j: not complete, so it is no node that is kept
        return naive_root(SEVEN[4:])
    return NaiveHashes(SEVEN).read([LETTERS[letter]])[0]


@pytest.mark.parametrize(("index", "path"), [(0, "bhl"), (3, "cgl"), (4, "fjk"), (6, "ik")])
def test_the_rfc_s_inclusion_paths_are_made(index: int, path: str) -> None:
    proof = inclusion_proof(index, 7, NaiveHashes(SEVEN))
    assert proof == [node(letter) for letter in path]
    verify_inclusion(leaf_node(SEVEN[index]), index, 7, proof, naive_root(SEVEN))


@pytest.mark.parametrize(("old", "path"), [(3, "cdgl"), (4, "l"), (6, "ijk")])
def test_the_rfc_s_consistency_paths_are_made(old: int, path: str) -> None:
    proof = consistency_proof(old, 7, NaiveHashes(SEVEN))
    assert proof == [node(letter) for letter in path]
    verify_consistency(old, 7, proof, naive_root(SEVEN[:old]), naive_root(SEVEN))


# -- eight leaves, the root after each, and proofs: certificate-transparency's and transparency-dev/merkle's ---------

EIGHT = [
    bytes.fromhex(one)
    for one in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = """
6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d
fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125
aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77
d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7
4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4
76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef
ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c
5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328
""".split()
INCLUSION = {
    (0, 1): "",
    (0, 8): """96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7
               5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e
               6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4""",
    (5, 8): """bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b
               ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0
               d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7""",
    (2, 3): "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    (1, 5): """6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d
               5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e
               bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b""",
}
CONSISTENCY = {
    (1, 1): "",
    (1, 8): """96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7
               5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e
               6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4""",
    (6, 8): """0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a
               ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0
               d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7""",
    (2, 5): """5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e
               bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b""",
}


@pytest.mark.parametrize("size", range(1, 9))
def test_the_roots_that_everybody_tests_with(size: int) -> None:
    assert root(size, NaiveHashes(EIGHT)).hex() == ROOTS[size - 1]
    frontier = Frontier()
    for leaf in EIGHT[:size]:
        frontier.append(leaf_node(leaf))
    assert frontier.root().hex() == ROOTS[size - 1]


@pytest.mark.parametrize(("index", "size"), INCLUSION)
def test_the_inclusion_proofs_that_everybody_tests_with(index: int, size: int) -> None:
    proof = [bytes.fromhex(one) for one in INCLUSION[index, size].split()]
    assert inclusion_proof(index, size, NaiveHashes(EIGHT)) == proof
    verify_inclusion(leaf_node(EIGHT[index]), index, size, proof, naive_root(EIGHT[:size]))


@pytest.mark.parametrize(("old", "new"), CONSISTENCY)
def test_the_consistency_proofs_that_everybody_tests_with(old: int, new: int) -> None:
    proof = [bytes.fromhex(one) for one in CONSISTENCY[old, new].split()]
    assert consistency_proof(old, new, NaiveHashes(EIGHT)) == proof
    verify_consistency(old, new, proof, naive_root(EIGHT[:old]), naive_root(EIGHT[:new]))


# What goes wrong with a proof in those tests, besides a bit: it is claimed for another place, size or root.
WRONG = {
    "index one more": (1, 0), "index one less": (-1, 0), "index xor 2": (2, 0),
    "size doubled": (0, 8), "size halved": (0, -4),
}  # fmt: skip


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
def test_an_inclusion_proof_is_of_one_place_and_size(change: tuple[int, int]) -> None:
    proof = [bytes.fromhex(one) for one in INCLUSION[5, 8].split()]
    with pytest.raises(ProofError):
        verify_inclusion(leaf_node(EIGHT[5]), 5 + change[0], 8 + change[1], proof, naive_root(EIGHT))


@pytest.mark.parametrize(
    ("old", "new", "before", "after"),
    [(5, 8, 6, 8), (7, 8, 6, 8), (4, 8, 6, 8), (6, 16, 6, 8), (6, 8, 8, 6), (6, 8, 6, 6), (6, 8, 8, 8)],
)  # fmt: skip
def test_a_consistency_proof_is_of_two_sizes_and_roots(old: int, new: int, before: int, after: int) -> None:
    proof = [bytes.fromhex(one) for one in CONSISTENCY[6, 8].split()]
    with pytest.raises(ProofError):
        verify_consistency(old, new, proof, naive_root(EIGHT[:before]), naive_root(EIGHT[:after]))


# -- the Go checksum database: sum.golang.org, entry 43,930,254 of 58,253,265 -----------------------------------------

GO_KEY = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
GO_ORIGIN = "go.sum database tree"
GO_INDEX = 43_930_254
GO_ENTRY = b"""\
github.com/transparency-dev/tessera v1.0.0 h1:4OT1V9xJLa5NnYlFWWlCdZkCm18/o12rdd+bCTje7XE=
github.com/transparency-dev/tessera v1.0.0/go.mod h1:TLvfjlkbmsmKVEJUtzO2eb9Q2IBnK3EJ0dI4G0oxEOU=
"""
GO_CHECKPOINT = """\
go.sum database tree
58253265
lIyLAEe4zJUQAda6pFFg3yPOf7j1SgfMEDrpgoX39JU=

— sum.golang.org Az3grkvBHbFcpEFQ3BhGlktgB7pcswIW+ez91eWY6rNPtWfAey8bJO2rVoG2yO5zXvgiaikWVHqon+e14JhA+WXvpAY=
""".encode()
GO_PROOF = """
Q2cuq1e21q4UC1RQ6wtmXmCxk2q3Wqz/yFvD12P2KSM= VdgHwjNYSv9fZVxvYzn8kySGvrjqeCnzdJqJILieWf4=
ARfBpZjsj3LSP42V4xBVdCKbHVa4WXSbuFAa0rUSCVQ= 0VYgz0Vmgz6jOM8H6edZBWHtO6+R7tPvN4EOwwRRSws=
vq+ifloynXE+ORFC1wymQT0cpNIJA1tqg2mQpA55+kc= SCRewH6vHE1/Vwkt5yEW8xT7il0WbWltXjFIVqlGtQQ=
p//fIG8jgZie4MMwjHF7quCIJ4hErr7U4at0HV34MZQ= D3K5YdBlxQcklrgF8vSbDyT05J5/mA9lzuhhp72uSOk=
jeYlYyH9FhYGwu+ZJmfPr8GvSNdgrydwqmJgHsygoR0= p6RFgfGhu8Uuy0LyyZdI4MrSPOZkMe+ycwWJFfr8zTI=
AMZsxrVKBPSe8nSNVVCTyTxWns0CiNbChG/FoiSJWuM= e+rtSmK5Pd1K5LgFwj7VSo5XJXOcq7OOcqPVZn1hqeM=
expmv1e6XiGr5NMUjMRkSZijlcBx+fZcpqQmUnawhOY= +Wuic0YARH84k80/Q+KJIbhRCldxG8npjLFiHMLtEpo=
NOMeJqlyUxFXUKYRI/1YqAF4WJBfXJr8UM/SlWGqxgY= Lm6+TAlLb2lvUs/3unZ2t6RSmJw8RO+WuEuUbAw3QEc=
Jhh2EDG15gDBoLmLiF88lVTgd+uvx3L0xczb8Y3kSq8= taenaiKqtYMXS3gDzIF3q8VZzqAXqftHqL9BC39njaw=
kZNKypGwEANnt1+msLINnqrIrwX+0MGZUTTKXTfbloI= A4NJSymjVJ5dvGPaGC3Gj04x8qVRKYfh0pP24mwd6Yk=
KQq808D9W4NUgr4ip+rF/RCyAUERYKKCwKiiAJfaFOc= I3EVN3zM2rDjs5Q06Zr5gxhg+ksnX2h77E75uL+h3aI=
7iNSYSDhMeRkeV7r9krKbKelNPiqDCJU1i6xAn/Fbuw= MYqdo6zSjxaAn+29EEjNRbPYm0myB3bheu+HTZIAbVY=
S7olT9TPLXk+bbawbV3sAzWMmhcpWrtjbw++9ZTiyn8= xJ20xXM4QItt5vxFOtolZ5l18p7ej1+RimNkgWmoRFM=
"""


def test_an_entry_of_the_go_checksum_database_is_found_under_its_signed_checkpoint() -> None:
    note = parse_note(GO_CHECKPOINT)
    assert check_note(note, [verifier_from(GO_KEY)])
    found = parse_checkpoint(note.text)
    assert found.origin == GO_ORIGIN
    assert found.size == 58_253_265
    proof = [base64.b64decode(one) for one in GO_PROOF.split()]
    verify_inclusion(leaf_node(GO_ENTRY), GO_INDEX, found.size, proof, found.root)
    for entry, index in ((GO_ENTRY.replace(b"1.0.0", b"1.0.1"), GO_INDEX), (GO_ENTRY, GO_INDEX + 1)):
        with pytest.raises(ProofError):
            verify_inclusion(leaf_node(entry), index, found.size, proof, found.root)


# -- a checkpoint of a Certificate Transparency log, cosigned by a witness of the public network ----------------------

CT_KEY = "arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f"
CT_WITNESS = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"
CT_CHECKPOINT = """\
arche2025h1.staging.ct.transparency.dev
1432088532
U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

— arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkp\
tQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=
— arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g\
8Ei59RA23oHP7Ry1k3ZFWwQ=
— remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxt\
qB0DrAWfBw==
""".encode()


def test_a_cosigned_checkpoint_of_the_public_network_is_verified() -> None:
    """Its first signature is of a type that is not known here, under the log's own name: it is passed over."""
    note = parse_note(CT_CHECKPOINT)
    by_log, by_witness = check_note(note, [verifier_from(CT_KEY), verifier_from(CT_WITNESS)])
    assert (by_log.by.algorithm, by_log.at) == (Algorithm.ED25519, None)
    assert (by_witness.by.algorithm, by_witness.at) == (
        Algorithm.COSIGNATURE,
        datetime(2026, 5, 23, 21, 50, 24, tzinfo=UTC),
    )
    assert parse_checkpoint(note.text).size == 1_432_088_532


# -- the C2SP specifications' own examples ----------------------------------------------------------------------------


def test_the_tiles_of_seventy_thousand_entries_are_those_of_the_specification() -> None:
    assert [tile for tile in tiles_between(0, 70_000) if tile.width < 256] == [
        Tile(0, 273, 112),
        Tile(1, 1, 17),
        Tile(2, 0, 1),
    ]
    full = [tile.level for tile in tiles_between(0, 70_000) if tile.width == 256]
    assert (full.count(0), full.count(1), len(full)) == (273, 1, 274)


BEHIND_THE_SOFA = """\
old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE\
+xeMcTOAYQ8=
— example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovn\
zv++qbSzm9Q=
"""


def test_the_witness_specification_s_request_is_read() -> None:
    signer = new_signer("auditor.example/w", bytes(32), Algorithm.COSIGNATURE)
    now = datetime(2026, 11, 24, tzinfo=UTC)
    assert witness(BEHIND_THE_SOFA.encode(), [], signer, now).answer is Answer.UNKNOWN_LOG
