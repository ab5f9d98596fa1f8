"""Subwords by byte-pair encoding (Sennrich et al. 2016), one vocabulary for both languages of a pair.

White space becomes a mark at the start of the next word, and punctuation is separate from words, so that
joining the subwords gives the sentence again. Case is kept.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from tokenizers import Regex, Tokenizer
from tokenizers.models import BPE
from tokenizers.normalizers import NFC, Replace, Strip
from tokenizers.normalizers import Sequence as Normalizers
from tokenizers.pre_tokenizers import Metaspace, Split
from tokenizers.pre_tokenizers import Sequence as PreTokenizers
from tokenizers.trainers import BpeTrainer

from scalinglaws.data.language.reserved_ids import BEGIN, END, PAD, RESERVED, UNKNOWN
from scalinglaws.errors import DataError

WORD_BOUNDARY = "▁"
COVERAGE = 0.9999
"""The share of a text's characters that the alphabet covers at least. The rarest characters are UNKNOWN: if
every stray character of a large text had an id, there would be no room for subwords."""
BATCH = 10_000  # sentences encoded at a time


class Subwords:
    """A vocabulary of subwords, which sentences are cut into.

    Attributes:
        names: the subwords in the order of their ids, `RESERVED` first.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        ids = tokenizer.get_vocab()
        self.names: tuple[str, ...] = tuple(sorted(ids, key=lambda name: ids[name]))

    def encode(self, sentences: Iterable[str]) -> Iterator[list[int]]:
        """The ids of each sentence, without BEGIN and END."""
        batch: list[str] = []
        for sentence in sentences:
            batch.append(sentence)
            if len(batch) == BATCH:
                yield from self._encode(batch)
                batch = []
        yield from self._encode(batch)

    def decode(self, ids: Iterable[int]) -> str:
        """The sentence that the ids stand for; see `joined`."""
        return joined(ids, self.names)

    def _encode(self, batch: list[str]) -> list[list[int]]:
        return [found.ids for found in self._tokenizer.encode_batch_fast(batch, add_special_tokens=False)]


def train_subwords(sentences: Sequence[str], vocabulary: int) -> Subwords:
    """Learn a vocabulary. The same sentences give the same vocabulary, in any order.

    Args:
        sentences: sentences of both languages.
        vocabulary: number of ids, including those of `RESERVED`. A small text can have fewer.

    Raises:
        DataError: the vocabulary is too small for the letters of the text.
    """
    alphabet = _alphabet(sentences)
    least = len(RESERVED) + len(alphabet)
    if least > vocabulary:
        raise DataError(
            f"vocabulary: {vocabulary} ids have no room for the text's {len(alphabet)} characters, word "
            f"boundary counted, and {len(RESERVED)} reserved ids; {least} is the least that is allowed"
        )
    tokenizer = Tokenizer(BPE(unk_token=RESERVED[UNKNOWN], fuse_unk=True))
    tokenizer.normalizer = Normalizers([NFC(), Replace(Regex(r"\s+"), " "), Strip()])
    # A word or one punctuation mark, with the boundary before it.
    pieces = Split(Regex(rf"{WORD_BOUNDARY}?(\w+|[^\w{WORD_BOUNDARY}])"), behavior="isolated")
    tokenizer.pre_tokenizer = PreTokenizers([Metaspace(replacement=WORD_BOUNDARY), pieces])
    trainer = BpeTrainer(
        vocab_size=vocabulary, show_progress=False, special_tokens=list(RESERVED), initial_alphabet=alphabet
    )
    rare = re.compile(f"[^{re.escape(''.join(alphabet))}]")
    known = (rare.sub(" ", normalised(sentence)) for sentence in sentences)
    tokenizer.train_from_iterator(known, trainer)
    tokenizer.encode_special_tokens = True  # or the text "<end>" would be END
    return Subwords(tokenizer)


def joined(ids: Iterable[int], names: Sequence[str]) -> str:
    """The sentence that the ids stand for, up to END, without BEGIN and PAD. Unknown characters are `�`."""
    subwords: list[str] = []
    for each in ids:
        if each == END:
            break
        if each == UNKNOWN:
            subwords.append("�")
        elif each not in (PAD, BEGIN):
            subwords.append(names[each])
    return "".join(subwords).replace(WORD_BOUNDARY, " ").strip()


def normalised(sentence: str) -> str:
    """A sentence in Unicode's composed form (NFC) with single spaces, as decoding its subwords gives it."""
    return " ".join(unicodedata.normalize("NFC", sentence).split())


def _alphabet(sentences: Sequence[str]) -> list[str]:
    counts: Counter[str] = Counter()
    for sentence in sentences:
        counts.update(normalised(sentence))
    counts[WORD_BOUNDARY] = counts.pop(" ", 0) + len(sentences)
    wanted, covered = COVERAGE * counts.total(), 0
    alphabet: list[str] = []
    for character, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        if covered >= wanted:
            break
        alphabet.append(character)
        covered += count
    return sorted(alphabet)
