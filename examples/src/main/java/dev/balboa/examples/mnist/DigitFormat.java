package dev.balboa.examples.mnist;

import dev.balboa.nn.data.ImageDataset;
import dev.balboa.nn.data.image.ImageTransform;
import dev.balboa.nn.data.image.ImageTransforms;
import dev.balboa.nn.op.Shape;

/** The two sizes of pictures that this example knows, and how their pixels are normalised. */
enum DigitFormat {
  /** MNIST: the digit fits a box of 20 x 20, its centre of mass is the centre of the picture. */
  MNIST(28, 20, 0.1307, 0.3081),
  /** The embedded digits: they fill the height. */
  EMBEDDED(8, 8, 0.3053, 0.3760);

  private final int side;
  private final int box;
  private final double mean;
  private final double deviation;

  DigitFormat(int side, int box, double mean, double deviation) {
    this.side = side;
    this.box = box;
    this.mean = mean;
    this.deviation = deviation;
  }

  static DigitFormat ofSide(int side) {
    for (DigitFormat format : values()) {
      if (format.side == side) {
        return format;
      }
    }
    throw new IllegalArgumentException("expected pictures of 28x28 or 8x8, got " + side);
  }

  /** Width and height of a picture. */
  int side() {
    return side;
  }

  /** Width and height of the box that the digit fits. */
  int box() {
    return box;
  }

  /** Pictures with labels, to be normalised as the training data are. */
  ImageDataset dataset(byte[] pixels, byte[] labels) {
    return normalised(new ImageDataset(pixels, Shape.of(1, side, side), labels, 10));
  }

  /** What normalises pictures with numbers in [0, 1] as the training data are. */
  ImageTransform normalisation() {
    return ImageTransforms.normalize(new float[] {(float) mean}, new float[] {(float) deviation});
  }

  ImageDataset normalised(ImageDataset pictures) {
    return pictures.normalized(mean, deviation);
  }
}
