package dev.balboa.nn.data.image;

import dev.balboa.nn.data.SampleRandom;

/** See {@link ImageTransforms#jitter}. */
record Jitter(double brightness, double contrast) implements ImageTransform {
  /** Rec. 601: what each colour adds to lightness. */
  private static final double[] LIGHT = {0.299, 0.587, 0.114};

  Jitter {
    ImageTransforms.that(
        brightness >= 0 && brightness <= 1 && contrast >= 0 && contrast <= 1,
        "jitter",
        "a brightness and a contrast in [0, 1]",
        brightness + " and " + contrast);
  }

  @Override
  public Image apply(Image image, SampleRandom random) {
    double b = random.uniform(1 - brightness, 1 + brightness);
    double c = random.uniform(1 - contrast, 1 + contrast);
    float scale = (float) (b * c);
    float shift = (float) (b * (1 - c) * mean(image));
    float[] pixels = new float[image.pixels().length];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = image.pixels()[i] * scale + shift;
    }
    return new Image(pixels, image.channels(), image.height(), image.width());
  }

  /** The mean lightness: of red, green and blue weighted, of other channels plain. */
  private static double mean(Image image) {
    int plane = image.height() * image.width();
    double mean = 0;
    for (int c = 0; c < image.channels(); c++) {
      double sum = 0;
      for (int i = c * plane; i < (c + 1) * plane; i++) {
        sum += image.pixels()[i];
      }
      mean += sum / plane * (image.channels() == 3 ? LIGHT[c] : 1.0 / image.channels());
    }
    return mean;
  }
}
