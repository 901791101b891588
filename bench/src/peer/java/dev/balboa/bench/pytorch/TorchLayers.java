package dev.balboa.bench.pytorch;

import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.LocalResponseNormOptions;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Products, layers and normalisation, as {@link TorchOps}. */
final class TorchLayers {
  private final Map<String, Function<List<Tensor>, Tensor>> all;

  private TorchLayers(Map<String, Function<List<Tensor>, Tensor>> all) {
    this.all = all;
  }

  static void addTo(Map<String, Function<List<Tensor>, Tensor>> all) {
    TorchLayers layers = new TorchLayers(all);
    layers.products();
    layers.networks();
    layers.normalisation();
    layers.rows();
  }

  private void one(String name, UnaryOperator<Tensor> f) {
    all.put(name, in -> f.apply(in.get(0)));
  }

  private void two(String name, BinaryOperator<Tensor> f) {
    all.put(name, in -> f.apply(in.get(0), in.get(1)));
  }

  private void products() {
    two("matmul", torch::matmul);
    two("matmul batched", torch::matmul);
    all.put("linear", in -> torch.linear(in.get(0), in.get(1), in.get(2)));
    two(
        "einsum bhqd,bkhd->bhqk",
        (a, b) -> torch.einsum("bhqd,bkhd->bhqk", new TensorVector(a, b)));
    all.put("bilinear", in -> torch.bilinear(in.get(0), in.get(1), in.get(2), in.get(3)));
    all.put("attention", in -> torch.scaled_dot_product_attention(in.get(0), in.get(1), in.get(2)));
    all.put("attention short", all.get("attention"));
    TensorOptional noMask = new TensorOptional();
    DoubleOptional scale = new DoubleOptional();
    all.put(
        "attention causal",
        in ->
            torch.scaled_dot_product_attention(
                in.get(0), in.get(1), in.get(2), noMask, 0, true, scale, false));
    all.put(
        "attention one query", // whose heads share keys
        in ->
            torch.scaled_dot_product_attention(
                in.get(0), in.get(1), in.get(2), noMask, 0, false, scale, true));
    two("dot", torch::dot);
    two("outer", torch::outer);
    long[] last = {1, 2};
    long[] first = {0, 1};
    two("tensordot", (a, b) -> torch.tensordot(a, b, last, first));
  }

  private void networks() {
    long[][] ones = {{1}, {1, 1}, {1, 1, 1}};
    all.put(
        "conv1d", in -> torch.conv1d(in.get(0), in.get(1), bias(in), ones[0], ones[0], ones[0], 1));
    all.put(
        "conv2d", in -> torch.conv2d(in.get(0), in.get(1), bias(in), ones[1], ones[1], ones[1], 1));
    all.put(
        "conv2d depthwise",
        in ->
            torch.conv2d(
                in.get(0), in.get(1), bias(in), ones[1], ones[1], ones[1], in.get(1).size(0)));
    all.put(
        "conv3d", in -> torch.conv3d(in.get(0), in.get(1), bias(in), ones[2], ones[2], ones[2], 1));
    long[] two = {2, 2};
    long[] none = {0, 0};
    LongOptional divisor = new LongOptional();
    one("max_pool2d", x -> torch.max_pool2d(x, two, two, none, ones[1], false));
    one(
        "max_pool_with_indices",
        x -> torch.max_pool2d_with_indices(x, two, two, none, ones[1], false).get0());
    one(
        "max_unpool",
        x -> {
          T_TensorTensor_T y = torch.max_pool2d_with_indices(x, two, two, none, ones[1], false);
          return torch.max_unpool2d(y.get0(), y.get1(), x.size(2), x.size(3));
        });
    long[] corners = {7, 7};
    one("adaptive_max_pool", x -> torch.adaptive_max_pool2d(x, corners).get0());
    long[] plane = {2, 3};
    one("global_max_pool", x -> torch.amax(x, plane, true));
    LocalResponseNormOptions five = new LocalResponseNormOptions(5);
    one("local_response_norm", x -> torch.local_response_norm(x, five));
    all.put(
        "conv_residual",
        in ->
            torch
                .conv2d(in.get(0), in.get(1), bias(in), ones[1], ones[1], ones[1], 1)
                .add_(in.get(3))
                .relu_());
    one("avg_pool2d", x -> torch.avg_pool2d(x, two, two, none, false, true, divisor));
    long[] stride = {2, 2};
    all.put(
        "conv_transpose2d",
        in ->
            torch.conv_transpose2d(
                in.get(0), in.get(1), bias(in), stride, ones[1], none, 1, ones[1]));
    long[] seven = {7, 7};
    one("adaptive_avg_pool2d", x -> torch.adaptive_avg_pool2d(x, seven));
    one("global_avg_pool", x -> torch.adaptive_avg_pool2d(x, ones[1]));
    two("cross_entropy", torch::cross_entropy_loss);
  }

  private static TensorOptional bias(List<Tensor> in) {
    return new TensorOptional(in.get(2));
  }

  private void normalisation() {
    TensorOptional nothing = new TensorOptional();
    all.put(
        "batch_norm training",
        in ->
            torch.batch_norm(
                in.get(0),
                new TensorOptional(in.get(1)),
                new TensorOptional(in.get(2)),
                nothing,
                nothing,
                true,
                0.1,
                1e-5,
                false));
    all.put(
        "batch_norm inference",
        in ->
            torch.batch_norm(
                in.get(0),
                new TensorOptional(in.get(1)),
                new TensorOptional(in.get(2)),
                new TensorOptional(in.get(3)),
                new TensorOptional(in.get(4)),
                false,
                0.1,
                1e-5,
                false));
  }

  private void rows() {
    all.put(
        "layer_norm",
        in ->
            torch.layer_norm(
                in.get(0),
                new long[] {in.get(0).size(1)},
                new TensorOptional(in.get(1)),
                new TensorOptional(in.get(2)),
                1e-5,
                false));
    DoubleOptional epsilon = new DoubleOptional(1e-5);
    two(
        "rms_norm",
        (x, gamma) ->
            torch.rms_norm(x, new long[] {x.size(1)}, new TensorOptional(gamma), epsilon));
    all.put(
        "group_norm",
        in ->
            torch.group_norm(
                in.get(0),
                4,
                new TensorOptional(in.get(1)),
                new TensorOptional(in.get(2)),
                1e-5,
                false));
    TensorOptional nothing = new TensorOptional();
    all.put(
        "instance_norm",
        in ->
            torch.instance_norm(
                in.get(0),
                new TensorOptional(in.get(1)),
                new TensorOptional(in.get(2)),
                nothing,
                nothing,
                true,
                0.1,
                1e-5,
                false));
  }
}
