package dev.balboa.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.Executors;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.tensor.Tensor;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class HeatMapTest {
  /** Where the map begins in a figure without title, labels and axes. */
  private static final int CORNER = HeatMapLayout.MARGIN;

  private static final int SIDE = HeatMapLayout.SIDE;

  private static Color pixel(BufferedImage image, int x, int y) {
    return new Color(image.getRGB(x, y));
  }

  @Test
  void palettesGoFromEndToEnd() {
    assertThat(Palette.BLUES.at(0)).isEqualTo(new Color(0xf7fbff));
    assertThat(Palette.BLUES.at(1)).isEqualTo(new Color(0x08306b));
    assertThat(Palette.HEAT.at(-3)).isEqualTo(Palette.HEAT.at(0));
    assertThat(Palette.HEAT.at(7)).isEqualTo(Palette.HEAT.at(1));
    assertThat(Palette.DIVERGING.at(0.5)).isEqualTo(new Color(0xf7f7f7));
    assertThat(Palette.BLUES.at(1 / 16.0)).isEqualTo(new Color(0xebf3fb));
    assertThat(Palette.ink(Palette.BLUES.at(0))).isEqualTo(Color.BLACK);
    assertThat(Palette.ink(Palette.BLUES.at(1))).isEqualTo(Color.WHITE);
  }

  @Test
  void everyCellHasTheColourOfItsNumber() {
    float[] values = {0, 1, 2, 4, Float.NaN, 8};
    BufferedImage image = new HeatMap(values, 2, 3).palette(Palette.BLUES).figure().image();
    int cell = Math.round(SIDE / 3f);
    for (int i = 0; i < values.length; i++) {
      Color expected = i == 4 ? new Color(0xb0b0b0) : Palette.BLUES.at(values[i] / 8);
      int x = CORNER + i % 3 * cell + cell / 2;
      int y = CORNER + Math.floorDiv(i, 3) * cell + cell / 2;
      assertThat(pixel(image, x, y)).as("cell %d", i).isEqualTo(expected);
    }
    int bar = CORNER + SIDE + 16 + 5;
    assertThat(pixel(image, bar, CORNER)).isEqualTo(Palette.BLUES.at(1));
    assertThat(pixel(image, bar, CORNER + 186)).isEqualTo(Palette.BLUES.at(0));
  }

  @Test
  void rangesAreSymmetricWhereNumbersHaveTwoSides() {
    float[] values = {-1, 0.5f};
    assertThat(new HeatMap(values, 1, 2).range()).containsExactly(-1, 0.5);
    assertThat(new HeatMap(values, 1, 2).palette(Palette.DIVERGING).range()).containsExactly(-1, 1);
    assertThat(new HeatMap(new float[] {3, 3}, 1, 2).range()).containsExactly(0, 3);
    assertThat(new HeatMap(new float[] {0, 0}, 1, 2).range()).containsExactly(0, 1);
    assertThat(new HeatMap(new float[] {Float.NaN}, 1, 1).range()).containsExactly(0, 1);
    assertThat(new HeatMap(values, 1, 2).range(0, 10).range()).containsExactly(0, 10);
  }

  @Test
  void nothingCoversThePictureAndMuchHidesIt() {
    BufferedImage picture = new BufferedImage(2, 2, BufferedImage.TYPE_INT_RGB);
    picture.setRGB(0, 0, 0xffffff);
    picture.setRGB(0, 1, 0xffffff);
    float[] values = {0, 0, 1, 1};
    BufferedImage image = new HeatMap(values, 2, 2).over(picture, 1).figure().image();
    int last = CORNER + SIDE - 1;
    assertThat(pixel(image, CORNER, CORNER)).isEqualTo(Color.WHITE);
    assertThat(pixel(image, last, CORNER)).isEqualTo(Color.BLACK);
    assertThat(pixel(image, CORNER, last)).isEqualTo(Palette.HEAT.at(1));
    assertThat(pixel(image, last, last)).isEqualTo(Palette.HEAT.at(1));
    BufferedImage both =
        new HeatMap(new float[] {-1, -1, 0, 0}, 2, 2)
            .palette(Palette.DIVERGING)
            .over(picture, 1)
            .figure()
            .image();
    assertThat(pixel(both, CORNER, CORNER)).isEqualTo(Palette.DIVERGING.at(0));
    assertThat(pixel(both, CORNER, last)).as("pale white").isEqualTo(Color.WHITE);
    assertThat(pixel(both, last, last)).as("pale black").isEqualTo(new Color(110, 110, 110));
  }

  @Test
  void labelsAxesAndCellsAreText() throws IOException {
    HeatMap map =
        new HeatMap(new float[] {1, 2}, 1, 2)
            .labels(List.of("query"), List.of("first", "second"))
            .axes("rows", "columns")
            .title("what is what")
            .cells(value -> "<" + (int) value + ">");
    String svg = new String(Svg.of(map.figure()), StandardCharsets.UTF_8);
    assertThat(svg)
        .contains("what is what", "query", "first", "second", "rows", "columns", "&lt;2");
  }

  @Test
  void refusesWhatDoesNotFit() {
    float[] two = {1, 2};
    assertThatThrownBy(() -> new HeatMap(two, 2, 2)).hasMessageContaining("2 x 2 numbers, got 2");
    HeatMap map = new HeatMap(two, 1, 2);
    assertThatThrownBy(() -> map.range(1, 1)).hasMessageContaining("[1.0, 1.0]");
    assertThatThrownBy(() -> map.range(0, Double.NaN)).hasMessageContaining("NaN");
    BufferedImage picture = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB);
    assertThatThrownBy(() -> map.over(picture, 2)).hasMessageContaining("in [0, 1], got 2");
    assertThatThrownBy(() -> map.labels(List.of("a", "b"), List.of()))
        .hasMessageContaining("1 labels of rows, got 2");
  }

  @Test
  void tensorsBecomePictures() {
    try (var _ = Execution.on(Executors.reference());
        var _ = Scope.open()) {
      Tensor grey = Tensor.of(new float[] {0, 1, 2, 4}, 1, 2, 2);
      assertThat(new Color(Pictures.of(grey).getRGB(1, 1))).isEqualTo(Color.WHITE);
      assertThat(new Color(Pictures.of(grey).getRGB(0, 1))).isEqualTo(new Color(128, 128, 128));
      assertThat(new Color(Pictures.of(grey, 1, 2).getRGB(1, 0))).isEqualTo(Color.BLACK);
      Tensor red = Tensor.of(new float[] {1, 0, 0}, 1, 3, 1, 1);
      assertThat(new Color(Pictures.of(red).getRGB(0, 0))).isEqualTo(Color.RED);
      Tensor plane = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
      assertThat(new HeatMap(plane).range()).containsExactly(0, 6);
      assertThatThrownBy(() -> Pictures.of(plane)).hasMessageContaining("F32[2, 3]");
      assertThatThrownBy(() -> new HeatMap(grey)).hasMessageContaining("F32[1, 2, 2]");
      assertThatThrownBy(() -> Pictures.of(grey, 1, 1)).hasMessageContaining("black < white");
      Figure large = Pictures.figure(Pictures.of(grey), "a digit");
      assertThat(pixel(large.image(), large.width() - CORNER - 1, large.height() - CORNER - 1))
          .isEqualTo(Color.WHITE);
    }
  }
}
