package dev.balboa.bench.pytorch;

import java.util.List;

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

  /** The orders in which a model with convolutions of 1 x 1 can run here. */
  static List<Order> ofModels() {
    return Settings.tellsSecondCache() ? List.of(CONTIGUOUS, CHANNELS_LAST) : List.of(CONTIGUOUS);
  }
}
