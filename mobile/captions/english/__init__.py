"""The captions in English, by subject: the list of all there are, and what translators translate."""

from __future__ import annotations

from mobile.captions.caption import Caption, Captions
from mobile.captions.english.channels import CHANNELS
from mobile.captions.english.everywhere import EVERYWHERE
from mobile.captions.english.labels import LABELS
from mobile.captions.english.phone import PHONE
from mobile.captions.english.refused import REFUSED
from mobile.captions.english.scans import SCANS
from mobile.captions.english.setting_up import SETTING_UP
from mobile.captions.english.supervising import SUPERVISING
from mobile.captions.english.walk import WALK

SUBJECTS: tuple[Captions, ...] = (
    EVERYWHERE, PHONE, WALK, SCANS, REFUSED, SUPERVISING, LABELS, SETTING_UP, CHANNELS,
)  # fmt: skip
ENGLISH: dict[str, Caption] = {
    key: caption if isinstance(caption, Caption) else Caption(caption)
    for subject in SUBJECTS
    for key, caption in subject.items()
}
