package dev.balboa.conformance;

import dev.balboa.nn.op.GridPadding;
import dev.balboa.nn.op.ResizeMode;
import dev.balboa.nn.tensor.Resampling;
import dev.balboa.nn.tensor.SignalWindows;
import dev.balboa.nn.tensor.Tensor;
import java.util.Locale;

/** Pictures read at given places, and window functions. */
final class SignalMappings {
  /** ONNX's first coefficient of the Hamming window; others round it to 0.54. */
  private static final double HAMMING = 25.0 / 46;

  private SignalMappings() {}

  static void addTo(Mapping.Table t) {
    t.one("GridSample", SignalMappings::gridSample);
    window(t, "HannWindow", SignalWindows::hann);
    window(
        t,
        "HammingWindow",
        (size, periodic) -> SignalWindows.generalCosine(size, periodic, HAMMING, 1 - HAMMING));
    window(t, "BlackmanWindow", SignalWindows::blackman);
  }

  private interface WindowFunction {
    Tensor of(int size, boolean periodic);
  }

  private static void window(Mapping.Table t, String type, WindowFunction f) {
    t.one(
        type,
        c -> {
          boolean periodic = c.integer("periodic", 1) != 0;
          Tensor w = f.of((int) c.integersIn(0)[0], periodic);
          return w.cast(Elements.Type.of(c.integer("output_datatype", 1)).balboa());
        });
  }

  private static Tensor gridSample(Call c) {
    ResizeMode mode =
        switch (c.text("mode", "bilinear")) {
          case "bilinear" -> ResizeMode.LINEAR;
          case "bicubic" -> ResizeMode.CUBIC;
          case "nearest" -> ResizeMode.NEAREST;
          default -> throw new NotCovered("mode " + c.text("mode", ""));
        };
    String padding = c.text("padding_mode", "zeros").toUpperCase(Locale.ROOT);
    return Resampling.gridSample(
        c.in(0), c.in(1), mode, GridPadding.valueOf(padding), c.flag("align_corners"));
  }
}
