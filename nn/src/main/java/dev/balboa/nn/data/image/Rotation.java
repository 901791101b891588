package dev.balboa.nn.data.image;

import dev.balboa.nn.data.SampleRandom;

/** See {@link ImageTransforms#rotate}. */
record Rotation(double least, double most, float fill) implements ImageTransform {
  Rotation {
    ImageTransforms.that(
        Double.isFinite(least) && Double.isFinite(most) && least <= most,
        "rotation",
        "finite degrees >= 0",
        most);
  }

  @Override
  public Image apply(Image image, SampleRandom random) {
    double angle = Math.toRadians(random.uniform(least, most));
    double cos = StrictMath.cos(angle);
    double sin = StrictMath.sin(angle);
    int height = image.height();
    int width = image.width();
    double middleY = (height - 1) / 2.0;
    double middleX = (width - 1) / 2.0;
    Image out = Image.filled(image.channels(), height, width, 0);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        double dy = y - middleY;
        double dx = x - middleX;
        sample(
            image,
            middleY + dx * sin + dy * cos,
            middleX + dx * cos - dy * sin,
            out,
            y * width + x);
      }
    }
    return out;
  }

  /** Interpolates between the four pixels around a point, in all channels. */
  private void sample(Image image, double y, double x, Image out, int target) {
    int y0 = (int) Math.floor(y);
    int x0 = (int) Math.floor(x);
    float down = (float) (y - y0);
    float right = (float) (x - x0);
    int plane = image.height() * image.width();
    for (int c = 0; c < image.channels(); c++) {
      float upper = (1 - right) * pixel(image, c, y0, x0) + right * pixel(image, c, y0, x0 + 1);
      float lower =
          (1 - right) * pixel(image, c, y0 + 1, x0) + right * pixel(image, c, y0 + 1, x0 + 1);
      out.pixels()[c * plane + target] = (1 - down) * upper + down * lower;
    }
  }

  private float pixel(Image image, int channel, int y, int x) {
    return y >= 0 && y < image.height() && x >= 0 && x < image.width()
        ? image.at(channel, y, x)
        : fill;
  }
}
