package dev.balboa.nn.op;

/**
 * Operations by position or order along axes: reversing, rolling, padding, resizing, sorting, sums
 * and products, joining halves.
 */
public sealed interface AxisOp extends Op
    permits Flip,
        Roll,
        Pad,
        PadBackward,
        Resize,
        ResizeBackward,
        Sort,
        TopK,
        CumSum,
        CumProd,
        CumProdBackward,
        ProdBackward,
        Gated,
        GatedBackward,
        GridSample,
        GridSampleBackward {}
