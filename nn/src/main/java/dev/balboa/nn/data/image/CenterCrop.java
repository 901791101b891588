package dev.balboa.nn.data.image;

import dev.balboa.nn.data.SampleRandom;
import dev.balboa.nn.op.Shape;

/** See {@link ImageTransforms#centerCrop}. */
record CenterCrop(int height, int width) implements ImageTransform {
  CenterCrop {
    ImageTransforms.checkSize("center crop", height, width);
  }

  @Override
  public Image apply(Image image, SampleRandom random) {
    outputShape(image.shape());
    int top = (image.height() - height) / 2;
    int left = (image.width() - width) / 2;
    return image.crop(top, left, height, width, 0);
  }

  @Override
  public Shape outputShape(Shape input) {
    ImageTransforms.that(
        input.dim(1) >= height && input.dim(2) >= width,
        "center crop",
        "a picture of at least " + height + " x " + width,
        input);
    return Shape.of(input.dim(0), height, width);
  }
}
