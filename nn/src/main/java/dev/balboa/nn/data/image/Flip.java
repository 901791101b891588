package dev.balboa.nn.data.image;

import dev.balboa.nn.data.SampleRandom;

/** See {@link ImageTransforms#randomFlipHorizontal} and its neighbour. */
record Flip(boolean horizontal, double probability) implements ImageTransform {
  Flip {
    ImageTransforms.checkProbability("flip", probability);
  }

  @Override
  public Image apply(Image image, SampleRandom random) {
    if (!random.chance(probability)) {
      return image;
    }
    int height = image.height();
    int width = image.width();
    Image out = Image.filled(image.channels(), height, width, 0);
    float[] from = image.pixels();
    float[] to = out.pixels();
    for (int c = 0; c < image.channels(); c++) {
      for (int y = 0; y < height; y++) {
        int source = (c * height + y) * width;
        if (horizontal) {
          for (int x = 0; x < width; x++) {
            to[source + x] = from[source + width - 1 - x];
          }
        } else {
          System.arraycopy(from, source, to, (c * height + height - 1 - y) * width, width);
        }
      }
    }
    return out;
  }
}
