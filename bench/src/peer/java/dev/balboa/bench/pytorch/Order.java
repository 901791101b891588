package dev.balboa.bench.pytorch;

/** The order in memory of images and of the weights of convolutions. */
enum Order {
  /** PyTorch's default. */
  CONTIGUOUS("contiguous"),
  /** What PyTorch advises for convolutions on a CPU; not always faster. */
  CHANNELS_LAST("channels last");

  final String label;

  Order(String label) {
    this.label = label;
  }
}
