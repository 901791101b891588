package dev.balboa.nn.data.image;

import dev.balboa.nn.data.SampleRandom;
import dev.balboa.nn.op.Shape;

/** See {@link ImageTransforms#randomResizedCrop}. */
record RandomResizedCrop(int height, int width, double leastArea, double mostRatio)
    implements ImageTransform {
  private static final int ATTEMPTS = 10;

  RandomResizedCrop {
    String name = "random resized crop";
    ImageTransforms.checkSize(name, height, width);
    ImageTransforms.that(
        leastArea > 0 && leastArea <= 1, name, "a least area in (0, 1]", leastArea);
    ImageTransforms.that(mostRatio >= 1 && mostRatio < 1e6, name, "a ratio in [1, 1e6)", mostRatio);
  }

  @Override
  public Image apply(Image image, SampleRandom random) {
    double area = (double) image.height() * image.width();
    double log = StrictMath.log(mostRatio);
    for (int i = 0; i < ATTEMPTS; i++) {
      double part = area * random.uniform(leastArea, 1);
      double ratio = StrictMath.exp(random.uniform(-log, log));
      int rows = (int) Math.round(Math.sqrt(part / ratio));
      int columns = (int) Math.round(Math.sqrt(part * ratio));
      if (rows >= 1 && columns >= 1 && rows <= image.height() && columns <= image.width()) {
        int top = random.below(image.height() - rows + 1);
        int left = random.below(image.width() - columns + 1);
        return Resize.resize(image.crop(top, left, rows, columns, 0), height, width);
      }
    }
    return Resize.resize(image, height, width);
  }

  @Override
  public Shape outputShape(Shape input) {
    return Shape.of(input.dim(0), height, width);
  }
}
