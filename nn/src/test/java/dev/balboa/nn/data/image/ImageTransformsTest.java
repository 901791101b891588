package dev.balboa.nn.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.balboa.nn.data.SampleRandom;
import dev.balboa.nn.op.Shape;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageTransformsTest {
  /** [1, 3, 3] with the numbers 1 to 9. */
  private static final Image NINE = new Image(new float[] {1, 2, 3, 4, 5, 6, 7, 8, 9}, 1, 3, 3);

  private static float[] apply(ImageTransform transform, Image image, int sample) {
    Image out = transform.apply(image, new SampleRandom(1, 0, sample));
    assertThat(out.shape()).isEqualTo(transform.outputShape(image.shape()));
    return out.pixels();
  }

  private static float[] apply(ImageTransform transform, Image image) {
    float[] before = image.pixels().clone();
    float[] out = apply(transform, image, 0);
    assertThat(image.pixels()).as("left as it is").isEqualTo(before);
    return out;
  }

  private static Image row(float... pixels) {
    return new Image(pixels, 1, 1, pixels.length);
  }

  @Test
  void cropsTheMiddle() {
    assertThat(apply(ImageTransforms.centerCrop(1, 1), NINE)).containsExactly(5);
    assertThat(apply(ImageTransforms.centerCrop(2, 3), NINE)).containsExactly(1, 2, 3, 4, 5, 6);
    Image two = new Image(new float[] {1, 2, 3, 4, 5, 6, 7, 8}, 2, 2, 2);
    assertThat(apply(ImageTransforms.centerCrop(1, 2), two)).containsExactly(1, 2, 5, 6);
  }

  @Test
  void cropsAnywhereAndFillsWhatIsBeyond() {
    Set<String> seen = new TreeSet<>();
    for (int sample = 0; sample < 400; sample++) {
      seen.add(Arrays.toString(apply(ImageTransforms.randomCrop(2, 2, 0, 0), NINE, sample)));
    }
    assertThat(seen)
        .containsExactly(
            "[1.0, 2.0, 4.0, 5.0]",
            "[2.0, 3.0, 5.0, 6.0]",
            "[4.0, 5.0, 7.0, 8.0]",
            "[5.0, 6.0, 8.0, 9.0]");
    seen.clear();
    for (int sample = 0; sample < 400; sample++) {
      seen.add(Arrays.toString(apply(ImageTransforms.randomCrop(1, 2, 1, -1), row(1, 2), sample)));
    }
    assertThat(seen)
        .containsExactlyInAnyOrder("[-1.0, -1.0]", "[-1.0, 1.0]", "[1.0, 2.0]", "[2.0, -1.0]");
  }

  @Test
  void flips() {
    assertThat(apply(ImageTransforms.randomFlipHorizontal(1), NINE))
        .containsExactly(3, 2, 1, 6, 5, 4, 9, 8, 7);
    assertThat(apply(ImageTransforms.randomFlipVertical(1), NINE))
        .containsExactly(7, 8, 9, 4, 5, 6, 1, 2, 3);
    assertThat(apply(ImageTransforms.randomFlipVertical(0), NINE)).isEqualTo(NINE.pixels());
    int flipped = 0;
    for (int sample = 0; sample < 2000; sample++) {
      flipped += apply(ImageTransforms.randomFlipHorizontal(0.3), NINE, sample)[0] == 3 ? 1 : 0;
    }
    assertThat(flipped).isBetween(540, 660);
  }

  @Test
  void quarterTurnsAreExact() {
    assertThat(apply(ImageTransforms.rotate(90, 0), NINE))
        .containsExactly(3, 6, 9, 2, 5, 8, 1, 4, 7);
    assertThat(apply(ImageTransforms.rotate(180, 0), NINE))
        .containsExactly(9, 8, 7, 6, 5, 4, 3, 2, 1);
    assertThat(apply(ImageTransforms.rotate(-90, 0), NINE))
        .containsExactly(7, 4, 1, 8, 5, 2, 9, 6, 3);
    assertThat(apply(ImageTransforms.rotate(360, 0), NINE)).isEqualTo(NINE.pixels());
  }

  @Test
  void otherTurnsInterpolate() {
    // The corner comes from sqrt(2) left of the middle: between the left pixel and what is beyond.
    float[] turned = apply(ImageTransforms.rotate(45, 10), NINE);
    double part = Math.sqrt(2) - 1;
    assertThat(turned[4]).isEqualTo(5);
    assertThat(turned[6]).isCloseTo((float) (4 * (1 - part) + 10 * part), within(1e-5f));
    // The right pixel comes from (sqrt(1/2), sqrt(1/2)) right of and below the middle.
    double w = Math.sqrt(0.5);
    double expected = (1 - w) * ((1 - w) * 5 + w * 6) + w * ((1 - w) * 8 + w * 9);
    assertThat(turned[5]).isCloseTo((float) expected, within(1e-5f));
    float[] some = apply(ImageTransforms.randomRotation(30, 0), NINE, 1);
    assertThat(some).isNotEqualTo(apply(ImageTransforms.randomRotation(30, 0), NINE, 2));
    assertThat(some[4]).isEqualTo(5);
  }

  @Test
  void resizesByTriangles() {
    assertThat(apply(ImageTransforms.resize(1, 4), row(0, 1))).containsExactly(0, 0.25f, 0.75f, 1);
    float[] half = apply(ImageTransforms.resize(1, 2), row(0, 1, 2, 3));
    assertThat(half[0]).isCloseTo(5 / 7f, within(1e-6f));
    assertThat(half[1]).isCloseTo(16 / 7f, within(1e-6f));
    assertThat(apply(ImageTransforms.resize(4, 1), new Image(new float[] {0, 1}, 1, 2, 1)))
        .containsExactly(0, 0.25f, 0.75f, 1);
    Image flat = Image.filled(3, 17, 23, 2.5f);
    for (float pixel : apply(ImageTransforms.resize(8, 31), flat)) {
      assertThat(pixel).isCloseTo(2.5f, within(1e-5f));
    }
    assertThat(apply(ImageTransforms.resize(3, 3), NINE)).isEqualTo(NINE.pixels());
  }

  @Test
  void coversASizeAndCutsTheRest() {
    Image wide = new Image(new float[] {1, 2, 3, 4, 5, 6, 7, 8}, 1, 2, 4);
    assertThat(apply(ImageTransforms.cover(2, 2), wide)).containsExactly(2, 3, 6, 7);
    assertThat(apply(ImageTransforms.cover(1, 2), row(0, 1, 2, 3))).containsExactly(1, 2);
  }

  @Test
  void normalizesEachChannel() {
    Image two = new Image(new float[] {1, 2, 10, 20}, 2, 1, 2);
    ImageTransform each = ImageTransforms.normalize(new float[] {1, 10}, new float[] {0.5f, 20});
    assertThat(apply(each, two)).containsExactly(0, 2, 0, 0.5f);
    ImageTransform one = ImageTransforms.normalize(new float[] {2}, new float[] {4});
    assertThat(apply(one, two)).containsExactly(-0.25f, 0, 2, 4.5f);
  }

  @Test
  void jitterScalesAndStretches() {
    assertThat(apply(ImageTransforms.jitter(0, 0), NINE)).isEqualTo(NINE.pixels());
    for (int sample = 0; sample < 50; sample++) {
      float[] bright = apply(ImageTransforms.jitter(0.5, 0), NINE, sample);
      assertThat(bright[8] / bright[0]).isCloseTo(9, within(1e-4f));
      assertThat(bright[0]).isBetween(0.5f, 1.5f);
      float[] contrast = apply(ImageTransforms.jitter(0, 0.4), NINE, sample);
      assertThat(contrast[4]).as("the mean stays").isCloseTo(5, within(1e-5f));
      assertThat(contrast[8] - contrast[0]).isBetween(4.8f, 11.2f);
    }
  }

  @Test
  void erasesARectangle() {
    Image image = Image.filled(2, 20, 20, 1);
    Set<Long> areas = new TreeSet<>();
    for (int sample = 0; sample < 100; sample++) {
      float[] out = apply(ImageTransforms.randomErasing(1, 0.05, 0.25, 0), image, sample);
      int top = 20;
      int bottom = -1;
      int left = 20;
      int right = -1;
      long count = 0;
      for (int i = 0; i < 400; i++) {
        assertThat(out[i]).as("all channels").isEqualTo(out[400 + i]);
        if (out[i] == 0) {
          count++;
          top = Math.min(top, i / 20);
          bottom = Math.max(bottom, i / 20);
          left = Math.min(left, i % 20);
          right = Math.max(right, i % 20);
        }
      }
      assertThat(count).isEqualTo((long) (bottom - top + 1) * (right - left + 1));
      assertThat(count).isBetween(14L, 110L);
      areas.add(count);
    }
    assertThat(areas).hasSizeGreaterThan(20);
    assertThat(apply(ImageTransforms.randomErasing(0, 0.1, 0.2, 0), image)).containsOnly(1);
  }

  @Test
  void cropsAndResizesAtRandom() {
    Image ramp = new Image(new float[32 * 32], 1, 32, 32);
    for (int i = 0; i < 1024; i++) {
      ramp.pixels()[i] = i % 32;
    }
    Set<Float> firsts = new TreeSet<>();
    for (int sample = 0; sample < 50; sample++) {
      float[] out = apply(ImageTransforms.randomResizedCrop(8, 8, 0.25, 4 / 3.0), ramp, sample);
      firsts.add(out[0]);
      for (int x = 1; x < 8; x++) {
        assertThat(out[x]).as("still a ramp").isGreaterThan(out[x - 1]);
      }
      assertThat(out[7] - out[0]).as("at least half as wide").isGreaterThan(9);
    }
    assertThat(firsts).hasSizeGreaterThan(10);
    assertThat(apply(ImageTransforms.randomResizedCrop(1, 1, 1, 1), NINE)[0])
        .isCloseTo(5, within(1e-5f));
  }

  @Test
  void transformsAreComposed() {
    ImageTransform both =
        ImageTransforms.compose(
            ImageTransforms.randomFlipHorizontal(1),
            ImageTransforms.centerCrop(1, 3),
            (image, random) ->
                new Image(new float[] {image.at(0, 0, 0) + random.below(1), 0, 0}, 1, 1, 3));
    assertThat(apply(both, NINE)).containsExactly(6, 0, 0);
    assertThat(both.outputShape(Shape.of(4, 9, 9))).isEqualTo(Shape.of(4, 1, 3));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 17})
  void equalNumbersGiveEqualPictures(long epoch) {
    ImageTransform all =
        ImageTransforms.compose(
            ImageTransforms.randomCrop(3, 3, 1, 0),
            ImageTransforms.randomRotation(20, 0),
            ImageTransforms.jitter(0.2, 0.2),
            ImageTransforms.randomErasing(0.5, 0.1, 0.3, 0));
    float[] once = all.apply(NINE, new SampleRandom(3, epoch, 5)).pixels();
    assertThat(all.apply(NINE, new SampleRandom(3, epoch, 5)).pixels()).isEqualTo(once);
    assertThat(all.apply(NINE, new SampleRandom(3, epoch + 1, 5)).pixels()).isNotEqualTo(once);
    assertThat(all.apply(NINE, new SampleRandom(3, epoch, 6)).pixels()).isNotEqualTo(once);
  }

  @Test
  void refusesWhatDoesNotFit() {
    assertThatThrownBy(() -> apply(ImageTransforms.centerCrop(4, 1), NINE))
        .hasMessageContaining("at least 4 x 1, got [1, 3, 3]");
    assertThatThrownBy(() -> apply(ImageTransforms.randomCrop(6, 6, 1, 0), NINE))
        .hasMessageContaining("padding 1, got [1, 3, 3]");
    assertThatThrownBy(() -> ImageTransforms.resize(0, 1)).hasMessageContaining("got 0 and 1");
    assertThatThrownBy(() -> ImageTransforms.randomFlipVertical(1.5))
        .hasMessageContaining("[0, 1], got 1.5");
    assertThatThrownBy(() -> ImageTransforms.rotate(Double.NaN, 0)).hasMessageContaining("NaN");
    assertThatThrownBy(() -> ImageTransforms.randomRotation(-1, 0)).hasMessageContaining("-1");
    assertThatThrownBy(() -> ImageTransforms.jitter(2, 0)).hasMessageContaining("2.0 and 0.0");
    assertThatThrownBy(() -> ImageTransforms.randomErasing(1, 0.5, 0.2, 0))
        .hasMessageContaining("0.5 and 0.2");
    assertThatThrownBy(() -> ImageTransforms.normalize(new float[2], new float[2]))
        .hasMessageContaining("deviations > 0");
    float[] two = {1, 1};
    assertThatThrownBy(() -> apply(ImageTransforms.normalize(two, two), NINE))
        .hasMessageContaining("a picture of 2 channels, got [1, 3, 3]");
    assertThatThrownBy(ImageTransforms::compose).hasMessageContaining("got none");
    assertThatThrownBy(() -> new Image(two, 1, 1, 3)).hasMessageContaining("[1, 1, 3]");
  }
}
