import logging
import re
import threading

import numpy as np
import pytest

from cellhub_app.core.errors import ImageRefused, NotFound
from cellhub_app.core.imaging.read import probe, read_plane
from tests.fixtures.hostile import BrokenFile, OddFile, broken_files, odd_files, real_bomb, tiff

BROKEN = (*broken_files(), real_bomb())
TECHNICAL = re.compile(r"Error|Exception|Traceback|0x[0-9a-f]{6}|None|<|!")


def read_fully(source):
    return probe(source), read_plane(source)


@pytest.mark.parametrize("file", BROKEN, ids=lambda file: file.name)
def test_broken_file_is_refused_with_one_plain_sentence_that_names_it(file: BrokenFile, tmp_path):
    path = tmp_path / file.name
    path.write_bytes(file.data)
    with pytest.raises(ImageRefused) as refused:
        read_fully(path)
    assert refused.value.reason == file.reason
    detail = refused.value.detail
    assert detail.startswith(f"Couldn't read {file.name}: ")
    assert detail.endswith(".")
    assert len(detail) < 220
    assert not TECHNICAL.search(detail)


@pytest.mark.parametrize("file", odd_files(), ids=lambda file: file.name)
def test_odd_file_is_really_read(file: OddFile, tmp_path):
    path = tmp_path / file.name
    path.write_bytes(file.data)
    info, plane = read_fully(path)
    assert plane.shape == file.plane.shape
    assert np.abs(plane.astype(np.float64) - file.plane).max() <= file.tolerance
    assert (info.height, info.width, info.channels, info.dtype) == (*plane.shape, plane.dtype.name)
    assert plane.dtype.isnative
    told = {name: getattr(info, name) for name in file.facts}
    assert told == {name: pytest.approx(value) if isinstance(value, float) else value for name, value in file.facts.items()}


def test_bytes_are_read_like_files():
    file = odd_files()[0]
    assert np.array_equal(read_plane(file.data), file.plane)
    with pytest.raises(ImageRefused, match=r"Couldn't read plate_07\.tif: the file is empty"):
        probe(b"", name="plate_07.tif")


def test_sizes_in_the_sentence_tell_how_much_is_missing():
    whole = tiff(np.zeros((2000, 2000), np.uint16))
    with pytest.raises(ImageRefused) as refused:
        probe(whole[:3_100_000], name="plate_07.tif")
    assert refused.value.detail == ("Couldn't read plate_07.tif: the file ends early (expected 8.0 MB, found 3.1 MB). Upload it again.")


@pytest.mark.parametrize("name", ["imagej_hyperstack.tif", "hyperstack.ome.tif", "compressed.ome.tif"])
def test_every_frame_and_timepoint_of_a_hyperstack_is_found(name):
    data = next(file.data for file in odd_files() if file.name == name)
    for timepoint in range(2):
        for frame in range(3):
            plane = read_plane(data, frame, timepoint)
            # the page of channel c is 4 * (3 t + z) + c, and page k starts at 100 k
            assert plane[0, 0].tolist() == [100 * (4 * (3 * timepoint + frame) + channel) for channel in range(4)]


def test_pages_without_a_description_are_frames():
    data = next(file.data for file in odd_files() if file.name == "pages.tif")
    assert [int(read_plane(data, frame)[0, 0, 0]) for frame in range(7)] == [0, 100, 200, 300, 400, 500, 600]


@pytest.mark.parametrize(("frame", "timepoint"), [(3, 0), (0, 2), (-1, 0)])
def test_a_frame_that_is_not_there_is_not_found(frame, timepoint):
    data = next(file.data for file in odd_files() if file.name == "imagej_hyperstack.tif")
    with pytest.raises(NotFound, match="no frame"):
        read_plane(data, frame, timepoint)
    with pytest.raises(NotFound):
        read_plane(odd_files()[0].data, frame, timepoint)


def test_other_files_that_an_ome_tiff_mentions_are_not_opened(tmp_path):
    image = np.full((8, 8), 7, np.uint16)
    xml = (
        '<?xml version="1.0" encoding="UTF-8"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06"><Image ID="Image:0">'
        '<Pixels ID="Pixels:0" DimensionOrder="XYCZT" Type="uint16" SizeX="8" SizeY="8" SizeC="1" SizeZ="2" SizeT="1">'
        '<TiffData IFD="0" FirstZ="0" PlaneCount="1"><UUID FileName="first.ome.tif">urn:uuid:1</UUID></TiffData>'
        '<TiffData IFD="0" FirstZ="1" PlaneCount="1"><UUID FileName="second.ome.tif">urn:uuid:2</UUID></TiffData>'
        "</Pixels></Image></OME>"
    )
    for name in ("first.ome.tif", "second.ome.tif"):
        (tmp_path / name).write_bytes(tiff(image, description=xml, metadata=None))
    (tmp_path / "second.ome.tif").chmod(0o000)
    assert (read_plane(tmp_path / "first.ome.tif") == 7).all()
    with pytest.raises((ImageRefused, NotFound)):
        read_plane(tmp_path / "first.ome.tif", frame=1)


def test_a_page_beyond_the_limit_is_refused_before_it_is_decoded(monkeypatch):
    monkeypatch.setattr("cellhub_app.core.imaging.tiff.MAX_PLANE_BYTES", 10_000)
    data = tiff(np.zeros((100, 100), np.uint16))
    assert probe(data).width == 100
    with pytest.raises(ImageRefused, match="megapixels"):
        read_plane(data, name="large.tif")


def test_libraries_stay_silent(caplog, capfd):
    with caplog.at_level(logging.WARNING):
        for file in broken_files():
            with pytest.raises(ImageRefused):
                read_fully(file.data)
    assert caplog.records == []
    assert capfd.readouterr() == ("", "")


def test_files_are_read_in_threads_at_once():
    files = [file for file in odd_files() if not file.tolerance] * 2
    wrong: list[str] = []

    def read_all(some: list[OddFile]) -> None:
        wrong.extend(file.name for file in some if not np.array_equal(read_plane(file.data), file.plane))

    threads = [threading.Thread(target=read_all, args=(files[start::4],)) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
