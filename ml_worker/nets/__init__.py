"""The four backbones."""
