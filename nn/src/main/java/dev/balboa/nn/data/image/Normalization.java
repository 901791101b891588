package dev.balboa.nn.data.image;

import dev.balboa.nn.data.SampleRandom;
import dev.balboa.nn.op.Shape;
import java.util.Arrays;

/** See {@link ImageTransforms#normalize}. */
final class Normalization implements ImageTransform {
  private final float[] mean;
  private final float[] deviation;

  Normalization(float[] mean, float[] deviation) {
    this.mean = mean.clone();
    this.deviation = deviation.clone();
    boolean fits = mean.length == deviation.length && mean.length > 0;
    for (int i = 0; fits && i < mean.length; i++) {
      fits = Float.isFinite(mean[i]) && deviation[i] > 0 && Float.isFinite(deviation[i]);
    }
    ImageTransforms.that(
        fits,
        "normalize",
        "as many finite means as finite deviations > 0",
        Arrays.toString(mean) + " and " + Arrays.toString(deviation));
  }

  @Override
  public Image apply(Image image, SampleRandom random) {
    outputShape(image.shape());
    int plane = image.height() * image.width();
    float[] pixels = new float[image.pixels().length];
    for (int c = 0; c < image.channels(); c++) {
      float shift = mean[mean.length == 1 ? 0 : c];
      float scale = deviation[mean.length == 1 ? 0 : c];
      for (int i = c * plane; i < (c + 1) * plane; i++) {
        pixels[i] = (image.pixels()[i] - shift) / scale;
      }
    }
    return new Image(pixels, image.channels(), image.height(), image.width());
  }

  @Override
  public Shape outputShape(Shape input) {
    ImageTransforms.that(
        mean.length == 1 || mean.length == input.dim(0),
        "normalize",
        "a picture of " + mean.length + " channels",
        input);
    return input;
  }
}
