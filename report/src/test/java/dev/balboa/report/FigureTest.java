package dev.balboa.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FigureTest {
  @TempDir private Path directory;

  private static Figure square(int side, Color color) {
    return new Figure(
        side,
        side,
        graphics -> {
          graphics.setColor(color);
          graphics.fillRect(0, 0, side, side);
        });
  }

  @Test
  void partsLieInRowsAndColumns() {
    Figure grid =
        Figure.grid(
            2, List.of(square(10, Color.RED), square(20, Color.GREEN), square(30, Color.BLUE)));
    BufferedImage image = grid.image();
    assertThat(List.of(grid.width(), grid.height())).containsExactly(30 + 12 + 20, 20 + 12 + 30);
    assertThat(image.getRGB(9, 9)).isEqualTo(Color.RED.getRGB());
    assertThat(image.getRGB(10, 10)).isEqualTo(Color.WHITE.getRGB());
    assertThat(image.getRGB(42, 0)).isEqualTo(Color.GREEN.getRGB());
    assertThat(image.getRGB(61, 19)).isEqualTo(Color.GREEN.getRGB());
    assertThat(image.getRGB(0, 32)).isEqualTo(Color.BLUE.getRGB());
    assertThat(image.getRGB(0, 31)).isEqualTo(Color.WHITE.getRGB());
    assertThatThrownBy(() -> Figure.grid(0, List.of(grid))).hasMessageContaining("columns");
    assertThatThrownBy(() -> Figure.grid(1, List.of())).hasMessageContaining("got 1 and 0");
  }

  @Test
  void writesTheFormatThatTheNameSays() throws IOException {
    Figure figure = square(20, Color.RED).titled("a title & more");
    Path png = directory.resolve("figure.PNG");
    figure.write(png);
    BufferedImage read = ImageIO.read(png.toFile());
    assertThat(read.getWidth()).isEqualTo(figure.width());
    assertThat(read.getRGB(figure.width() / 2, figure.height() - 1)).isEqualTo(Color.RED.getRGB());
    Path svg = directory.resolve("figure.svg");
    figure.write(svg);
    assertThat(Files.readString(svg))
        .contains("a title &amp; more", "viewBox=\"0 0 " + figure.width(), "sans-serif");
    assertThatThrownBy(() -> figure.write(directory.resolve("figure.jpg")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(".png or .svg", "figure.jpg");
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).containsExactlyInAnyOrder(png, svg);
    }
  }

  @Test
  void imagesAreEmbeddedInSvg() throws IOException {
    BufferedImage dot = new BufferedImage(3, 2, BufferedImage.TYPE_INT_RGB);
    dot.setRGB(2, 1, 0x123456);
    Figure figure = new Figure(9, 9, graphics -> graphics.drawImage(dot, 1, 1, null));
    String svg = new String(Svg.of(figure), StandardCharsets.UTF_8);
    Matcher data = Pattern.compile("data:image/png;base64,([^\"]+)").matcher(svg);
    assertThat(data.find()).isTrue();
    BufferedImage read =
        ImageIO.read(new ByteArrayInputStream(Base64.getDecoder().decode(data.group(1))));
    assertThat(read.getRGB(2, 1)).isEqualTo(0xff123456);
    assertThat(List.of(read.getWidth(), read.getHeight())).containsExactly(3, 2);
  }
}
