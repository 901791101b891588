package dev.balboa.nn.data.image;

import dev.balboa.nn.data.SampleRandom;
import dev.balboa.nn.op.Shape;

/** See {@link ImageTransform#then}. */
record Composition(ImageTransform first, ImageTransform second) implements ImageTransform {
  @Override
  public Image apply(Image image, SampleRandom random) {
    return second.apply(first.apply(image, random), random);
  }

  @Override
  public Shape outputShape(Shape input) {
    return second.outputShape(first.outputShape(input));
  }
}
