package dev.balboa.nn.data.image;

import dev.balboa.nn.data.SampleRandom;
import dev.balboa.nn.op.Shape;

/** See {@link ImageTransforms#randomCrop}. */
record RandomCrop(int height, int width, int padding, float fill) implements ImageTransform {
  RandomCrop {
    ImageTransforms.checkSize("random crop", height, width);
    ImageTransforms.that(padding >= 0, "random crop", "a padding >= 0", padding);
  }

  @Override
  public Image apply(Image image, SampleRandom random) {
    outputShape(image.shape());
    int top = random.below(image.height() + 2 * padding - height + 1) - padding;
    int left = random.below(image.width() + 2 * padding - width + 1) - padding;
    return image.crop(top, left, height, width, fill);
  }

  @Override
  public Shape outputShape(Shape input) {
    ImageTransforms.that(
        input.dim(1) + 2L * padding >= height && input.dim(2) + 2L * padding >= width,
        "random crop",
        "a picture of at least " + height + " x " + width + " with padding " + padding,
        input);
    return Shape.of(input.dim(0), height, width);
  }
}
