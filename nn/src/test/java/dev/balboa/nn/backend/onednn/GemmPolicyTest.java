package dev.balboa.nn.backend.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balboa.nn.backend.Prepared;
import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Matmul;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Products go to whoever was fastest, by tables that are checked. */
final class GemmPolicyTest {
  private static final Set<GemmRoute> ALL =
      EnumSet.of(GemmRoute.BLAS, GemmRoute.ONEDNN, GemmRoute.DIRECT);
  private static final GemmShape SQUARE = new GemmShape(1, false, true, 64, 64, 64);

  @TempDir private Path directory;

  /** A table in which OpenBLAS takes 40 ns for everything, but for what {@code cells} say. */
  private static GemmTable table(Map<GemmShape, Map<GemmRoute, Long>> cells) {
    Map<GemmShape, Map<GemmRoute, Long>> nanos = new HashMap<>();
    for (GemmShape shape : GemmShape.measured()) {
      nanos.put(shape, cells.getOrDefault(shape, times(40, 50, 60)));
    }
    return new GemmTable(GemmTable.Origin.here(), nanos);
  }

  /** Of the first routes. */
  private static Map<GemmRoute, Long> times(long... nanos) {
    List<GemmRoute> routes = List.of(GemmRoute.values());
    Map<GemmRoute, Long> times = new EnumMap<>(GemmRoute.class);
    for (int i = 0; i < nanos.length; i++) {
      times.put(routes.get(i), nanos[i]);
    }
    return times;
  }

  private GemmPolicy policy(String text) throws IOException {
    Path file = directory.resolve("gemm.txt");
    Files.writeString(file, text);
    return GemmPolicy.ofFile(file.toString(), GemmTable.Origin.here());
  }

  @Test
  void theFastestOfThosePossibleIsChosenAndSaysWhy() throws IOException {
    GemmPolicy p = policy(table(Map.of(SQUARE, times(40, 30, 20, 35))).text());
    assertThat(p.choose(SQUARE, ALL))
        .isEqualTo(
            new GemmPolicy.Choice(
                GemmRoute.DIRECT,
                "us for 64x64x64 NT by the table: OpenBLAS 0.04, oneDNN 0.03, Balboa 0.02, packed"
                    + " oneDNN 0.04"));
    GemmShape near = new GemmShape(1, false, true, 68, 60, 66);
    assertThat(p.choose(near, ALL).route()).isEqualTo(GemmRoute.DIRECT);
    assertThat(p.choose(near, EnumSet.of(GemmRoute.BLAS, GemmRoute.ONEDNN)).route())
        .isEqualTo(GemmRoute.ONEDNN);
    assertThat(p.choose(near, EnumSet.of(GemmRoute.BLAS)).route()).isEqualTo(GemmRoute.BLAS);
    GemmShape far = new GemmShape(1, false, true, 200, 64, 64);
    assertThat(p.choose(far, ALL).route()).isEqualTo(GemmRoute.BLAS);
    assertThat(p.packs(near, false)).isFalse();
    assertThat(p.packs(near, true)).isTrue();
    assertThat(GemmPolicy.always(GemmRoute.BLAS).packs(near, true)).isFalse();
    assertThat(p.describe()).contains("gemm.txt", GemmTable.Origin.here().processor());
  }

  @Test
  void weightsArePackedWhereThatIsFaster() throws IOException {
    GemmPolicy p = policy(table(Map.of(SQUARE, times(40, 30, 20, 19))).text());
    assertThat(p.packs(SQUARE, false)).isTrue();
    assertThat(p.packs(SQUARE.withTransB(false), false)).isTrue();
    assertThat(p.packs(new GemmShape(1, false, true, 1, 64, 64), false)).isFalse();
  }

  @Test
  void timesLieBetweenThoseOfTheMeasuredShapesAround() {
    GemmShape larger = new GemmShape(1, false, true, 256, 64, 64);
    GemmTable table = table(Map.of(SQUARE, times(40, 100, 20), larger, times(40, 400, 20)));
    assertThat(table.of(SQUARE)).isEqualTo(times(40, 100, 20));
    assertThat(table.of(new GemmShape(1, false, true, 128, 64, 64))).isEqualTo(times(40, 200, 20));
    GemmShape wide = new GemmShape(1, false, true, 128, 128, 64); // half of the way to 50 and 60
    assertThat(table.of(wide)).isEqualTo(times(40, 100, 35));
  }

  @Test
  void sizesThatWereNotMeasuredCountAsTheOutermostAndManyProductsForMore() {
    assertThat(new GemmShape(7, true, false, 4, 1, 9000).around())
        .containsExactly(new GemmShape.Corner(new GemmShape(16, true, false, 4, 1, 256), 1));
    assertThat(new GemmShape(1, false, false, 0, 1024, 9000).around())
        .containsExactly(new GemmShape.Corner(new GemmShape(1, false, false, 1, 1024, 1024), 1));
  }

  @Test
  void aTableIsReadAsItWasWritten() {
    GemmTable written = table(Map.of(SQUARE, times(1, 2, 3, 4)));
    GemmTable read = GemmTable.parse("test", written.text().lines().toList());
    assertThat(read.origin()).isEqualTo(written.origin());
    assertThat(read.text()).isEqualTo(written.text());
    assertThat(read.of(SQUARE)).isEqualTo(times(1, 2, 3, 4));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 64})
  void aTableComesWithBalboa(int threads) {
    GemmPolicy p = GemmPolicy.bundled(new GemmTable.Origin("some", "other", threads));
    assertThat(p.describe())
        .startsWith("gemm-" + Math.min(2, threads) + ".txt, measured on ")
        .contains("with " + Math.min(2, threads) + " thread");
    assertThat(p.choose(SQUARE, ALL).reason()).contains("64x64x64 NT", "OpenBLAS", "oneDNN");
  }

  @Test
  void filesThatAreNoTablesAreRefused() {
    String good = table(Map.of()).text();
    refused("", "ends before a table of products");
    refused("a\0b", "expected 'balboa gemm 1'");
    refused(good.replace("balboa gemm 1", "balboa gemm 2"), "expected 'balboa gemm 1'");
    refused(good.replaceFirst("threads \\d+", "threads -1"), "expected a number of threads");
    refused(good.replaceFirst("threads \\d+", "threads 99999"), "expected a number of threads");
    refused(good.replaceFirst("libraries ", "library "), "expected 'libraries ...'");
    refused(good.replaceFirst("40,50,60,-", "40,50,60"), "expected 4 times in nanoseconds");
    refused(good.replaceFirst("40,50,60,-", "40,50,0,-"), "expected 4 times in nanoseconds");
    refused(good.replaceFirst("40,50", "40,-50"), "expected 4 times in nanoseconds");
    refused(good.replaceFirst("40,50", "40,9999999999999"), "at most 1000000000000 ns");
    refused(good.replaceFirst("40,50", "40," + "9".repeat(400)), "expected 4 times");
    refused(good.replaceFirst("40,50", "-,50"), "no time of OpenBLAS");
    refused(good.replaceFirst("1 NT 16 64", "1 NT 16 65"), "expected the times of 1 NT 16 64");
    refused(good.replaceFirst("1 NT 16 64 .*\\n", ""), "expected the times of 1 NT 16 64");
    refused(good.replaceFirst("(1 NT 16 64 .*) 40,50,60,-", "$1"), "no times for k = 1024");
    refused(good.replaceFirst("1 NT 16 64", "$0 40,50,60,-"), "more times than sizes");
    refused(good + "1 NN 1 1 40,50,60,-\n", "expected the end");
    refused(good.substring(0, good.length() / 2), "balboa.gemm=");
    refused(good + "#".repeat(1 << 20), "no table of products has more than 1048576 bytes");
  }

  private void refused(String text, String message) {
    assertThatThrownBy(() -> policy(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("balboa.gemm=", "gemm.txt", message);
  }

  @Test
  void filesThatCannotBeReadAreRefused() throws IOException {
    GemmTable.Origin here = GemmTable.Origin.here();
    assertThatThrownBy(() -> GemmPolicy.ofFile("/no/such/file", here))
        .hasMessageContainingAll("balboa.gemm=/no/such/file", "cannot be read");
    assertThatThrownBy(() -> GemmPolicy.ofFile("\0", here)).hasMessageContaining("cannot be read");
    Path bytes = directory.resolve("bytes");
    Files.write(bytes, new byte[] {(byte) 0xC3, (byte) 0x28});
    assertThatThrownBy(() -> GemmPolicy.ofFile(bytes.toString(), here))
        .hasMessageContaining("is no text");
  }

  @Test
  void timesFromElsewhereAreRefused() {
    String good = table(Map.of()).text();
    refused(good.replaceFirst("processor .*", "processor Z80"), "was measured on Z80 with");
    refused(good.replaceFirst("threads \\d+", "threads 77"), "with 77 threads");
    refused(good.replaceFirst("libraries .*", "libraries none"), "scripts/bench gemm FILE");
  }

  @ParameterizedTest
  @EnumSource(
      value = GemmRoute.class,
      names = {"BLAS", "ONEDNN", "DIRECT"})
  void aPreparedProductSaysWhoComputesIt(GemmRoute route) {
    assertThat(route(route, DType.F32, Shape.of(5, 6), Shape.of(6, 7)))
        .isEqualTo(route + " (as asked for)");
    assertThat(route(route, DType.F32, Shape.of(3, 5, 6), Shape.of(3, 6, 7)))
        .isEqualTo(route + " (as asked for)");
    assertThat(route(route, DType.F64, Shape.of(5, 6), Shape.of(6, 7))).startsWith("OpenBLAS");
  }

  private static String route(GemmRoute route, DType dtype, Shape a, Shape b) {
    Op op = new Matmul(false, false);
    List<TensorSpec> specs = List.of(new TensorSpec(a, dtype), new TensorSpec(b, dtype));
    List<Layout> layouts =
        specs.stream().map(s -> (Layout) Layout.Strided.contiguous(s.shape().dims())).toList();
    NativeBackend backend = NativeBackend.with(GemmPolicy.always(route));
    try (Prepared prepared = backend.prepare(op, specs, layouts, op.infer(specs))) {
      return prepared.route();
    }
  }
}
