package dev.balboa.bindings;

import dev.balboa.bindings.internal.dnnl.dnnl_h;

/**
 * Algorithms of oneDNN primitives ({@code dnnl_alg_kind_t}); oneDNN's guide gives the formulas and
 * what alpha and beta mean.
 */
public enum AlgKind {
  CONVOLUTION_DIRECT(dnnl_h.dnnl_convolution_direct()),
  CONVOLUTION_WINOGRAD(dnnl_h.dnnl_convolution_winograd()),
  CONVOLUTION_AUTO(dnnl_h.dnnl_convolution_auto()),
  DECONVOLUTION_DIRECT(dnnl_h.dnnl_deconvolution_direct()),
  DECONVOLUTION_WINOGRAD(dnnl_h.dnnl_deconvolution_winograd()),
  ELTWISE_RELU(dnnl_h.dnnl_eltwise_relu()),
  ELTWISE_TANH(dnnl_h.dnnl_eltwise_tanh()),
  ELTWISE_ELU(dnnl_h.dnnl_eltwise_elu()),
  ELTWISE_SQUARE(dnnl_h.dnnl_eltwise_square()),
  ELTWISE_ABS(dnnl_h.dnnl_eltwise_abs()),
  ELTWISE_SQRT(dnnl_h.dnnl_eltwise_sqrt()),
  ELTWISE_LINEAR(dnnl_h.dnnl_eltwise_linear()),
  ELTWISE_SOFT_RELU(dnnl_h.dnnl_eltwise_soft_relu()),
  ELTWISE_HARDSIGMOID(dnnl_h.dnnl_eltwise_hardsigmoid()),
  ELTWISE_LOGISTIC(dnnl_h.dnnl_eltwise_logistic()),
  ELTWISE_EXP(dnnl_h.dnnl_eltwise_exp()),
  ELTWISE_GELU_TANH(dnnl_h.dnnl_eltwise_gelu_tanh()),
  ELTWISE_SWISH(dnnl_h.dnnl_eltwise_swish()),
  ELTWISE_LOG(dnnl_h.dnnl_eltwise_log()),
  ELTWISE_CLIP(dnnl_h.dnnl_eltwise_clip()),
  ELTWISE_CLIP_V2(dnnl_h.dnnl_eltwise_clip_v2()),
  ELTWISE_POW(dnnl_h.dnnl_eltwise_pow()),
  ELTWISE_GELU_ERF(dnnl_h.dnnl_eltwise_gelu_erf()),
  ELTWISE_ROUND(dnnl_h.dnnl_eltwise_round()),
  ELTWISE_MISH(dnnl_h.dnnl_eltwise_mish()),
  ELTWISE_HARDSWISH(dnnl_h.dnnl_eltwise_hardswish()),
  ELTWISE_RELU_USE_DST_FOR_BWD(dnnl_h.dnnl_eltwise_relu_use_dst_for_bwd()),
  ELTWISE_TANH_USE_DST_FOR_BWD(dnnl_h.dnnl_eltwise_tanh_use_dst_for_bwd()),
  ELTWISE_ELU_USE_DST_FOR_BWD(dnnl_h.dnnl_eltwise_elu_use_dst_for_bwd()),
  ELTWISE_SQRT_USE_DST_FOR_BWD(dnnl_h.dnnl_eltwise_sqrt_use_dst_for_bwd()),
  ELTWISE_LOGISTIC_USE_DST_FOR_BWD(dnnl_h.dnnl_eltwise_logistic_use_dst_for_bwd()),
  ELTWISE_EXP_USE_DST_FOR_BWD(dnnl_h.dnnl_eltwise_exp_use_dst_for_bwd()),
  ELTWISE_CLIP_V2_USE_DST_FOR_BWD(dnnl_h.dnnl_eltwise_clip_v2_use_dst_for_bwd()),
  POOLING_MAX(dnnl_h.dnnl_pooling_max()),
  POOLING_AVG_INCLUDE_PADDING(dnnl_h.dnnl_pooling_avg_include_padding()),
  POOLING_AVG_EXCLUDE_PADDING(dnnl_h.dnnl_pooling_avg_exclude_padding()),
  LRN_ACROSS_CHANNELS(dnnl_h.dnnl_lrn_across_channels()),
  LRN_WITHIN_CHANNEL(dnnl_h.dnnl_lrn_within_channel()),
  VANILLA_RNN(dnnl_h.dnnl_vanilla_rnn()),
  VANILLA_LSTM(dnnl_h.dnnl_vanilla_lstm()),
  VANILLA_GRU(dnnl_h.dnnl_vanilla_gru()),
  LBR_GRU(dnnl_h.dnnl_lbr_gru()),
  BINARY_ADD(dnnl_h.dnnl_binary_add()),
  BINARY_MUL(dnnl_h.dnnl_binary_mul()),
  BINARY_MAX(dnnl_h.dnnl_binary_max()),
  BINARY_MIN(dnnl_h.dnnl_binary_min()),
  BINARY_DIV(dnnl_h.dnnl_binary_div()),
  BINARY_SUB(dnnl_h.dnnl_binary_sub()),
  BINARY_GE(dnnl_h.dnnl_binary_ge()),
  BINARY_GT(dnnl_h.dnnl_binary_gt()),
  BINARY_LE(dnnl_h.dnnl_binary_le()),
  BINARY_LT(dnnl_h.dnnl_binary_lt()),
  BINARY_EQ(dnnl_h.dnnl_binary_eq()),
  BINARY_NE(dnnl_h.dnnl_binary_ne()),
  BINARY_SELECT(dnnl_h.dnnl_binary_select()),
  RESAMPLING_NEAREST(dnnl_h.dnnl_resampling_nearest()),
  RESAMPLING_LINEAR(dnnl_h.dnnl_resampling_linear()),
  REDUCTION_MAX(dnnl_h.dnnl_reduction_max()),
  REDUCTION_MIN(dnnl_h.dnnl_reduction_min()),
  REDUCTION_SUM(dnnl_h.dnnl_reduction_sum()),
  REDUCTION_MUL(dnnl_h.dnnl_reduction_mul()),
  REDUCTION_MEAN(dnnl_h.dnnl_reduction_mean()),
  REDUCTION_NORM_LP_MAX(dnnl_h.dnnl_reduction_norm_lp_max()),
  REDUCTION_NORM_LP_SUM(dnnl_h.dnnl_reduction_norm_lp_sum()),
  REDUCTION_NORM_LP_POWER_P_MAX(dnnl_h.dnnl_reduction_norm_lp_power_p_max()),
  REDUCTION_NORM_LP_POWER_P_SUM(dnnl_h.dnnl_reduction_norm_lp_power_p_sum()),
  SOFTMAX_ACCURATE(dnnl_h.dnnl_softmax_accurate()),
  SOFTMAX_LOG(dnnl_h.dnnl_softmax_log());

  private final int value;

  AlgKind(int value) {
    this.value = value;
  }

  int value() {
    return value;
  }

  @Override
  public String toString() {
    return Names.lower(this);
  }
}
