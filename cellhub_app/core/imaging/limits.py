"""How much of a file is believed before it is decoded."""

MAX_WHOLE_PIXELS = 100_000_000  # of a picture that is decoded whole
MAX_TIFF_PIXELS = 10_000_000_000  # of a TIFF that can be read in parts
MAX_LARGE_PIXELS = 4_000_000_000  # of a TIFF that is segmented: read in parts and kept on disk meanwhile
MAX_PLANE_BYTES = 384 * 1024 * 1024  # decoded, all channels of one frame; decoders hold it up to three times
MAX_WHOLE_FILE_BYTES = 512 * 1024 * 1024  # of a format that is decoded whole
MAX_CHANNELS = 64
MAX_TIFF_PAGES = 20_000
MAX_JPEG_SCANS = 200  # a small progressive file can ask for millions of passes over the picture
