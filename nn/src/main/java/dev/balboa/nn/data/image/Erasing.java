package dev.balboa.nn.data.image;

import dev.balboa.nn.data.SampleRandom;
import java.util.Arrays;

/** See {@link ImageTransforms#randomErasing}. */
record Erasing(double probability, double leastArea, double mostArea, float fill)
    implements ImageTransform {
  private static final int ATTEMPTS = 10;
  private static final double MOST_LOG_RATIO = StrictMath.log(10 / 3.0);

  Erasing {
    ImageTransforms.checkProbability("random erasing", probability);
    ImageTransforms.that(
        leastArea > 0 && leastArea <= mostArea && mostArea <= 1,
        "random erasing",
        "areas in (0, 1], the least first",
        leastArea + " and " + mostArea);
  }

  @Override
  public Image apply(Image image, SampleRandom random) {
    if (!random.chance(probability)) {
      return image;
    }
    double area = (double) image.height() * image.width();
    for (int i = 0; i < ATTEMPTS; i++) {
      double part = area * random.uniform(leastArea, mostArea);
      double ratio = StrictMath.exp(random.uniform(-MOST_LOG_RATIO, MOST_LOG_RATIO));
      int rows = (int) Math.round(Math.sqrt(part / ratio));
      int columns = (int) Math.round(Math.sqrt(part * ratio));
      if (rows >= 1 && columns >= 1 && rows <= image.height() && columns <= image.width()) {
        int top = random.below(image.height() - rows + 1);
        int left = random.below(image.width() - columns + 1);
        return erased(image, top, left, rows, columns);
      }
    }
    return image;
  }

  private Image erased(Image image, int top, int left, int rows, int columns) {
    float[] pixels = image.pixels().clone();
    for (int c = 0; c < image.channels(); c++) {
      for (int y = top; y < top + rows; y++) {
        int from = (c * image.height() + y) * image.width() + left;
        Arrays.fill(pixels, from, from + columns, fill);
      }
    }
    return new Image(pixels, image.channels(), image.height(), image.width());
  }
}
