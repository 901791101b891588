package dev.balboa.bindings;

import dev.balboa.bindings.internal.dnnl.dnnl_h;

/**
 * Layouts of memory ({@code dnnl_format_tag_t}) by name. The letters give the order of the axes
 * from the outermost to the innermost one; a capital letter with a number is an axis in blocks of
 * that many elements. Where the choice is oneDNN's, use {@link #ANY}.
 */
public enum FormatTag {
  ANY(dnnl_h.dnnl_format_tag_any(), "any"),
  A(dnnl_h.dnnl_a(), "a"),
  AB(dnnl_h.dnnl_ab(), "ab"),
  BA(dnnl_h.dnnl_ba(), "ba"),
  ABC(dnnl_h.dnnl_abc(), "abc"),
  ACB(dnnl_h.dnnl_acb(), "acb"),
  BAC(dnnl_h.dnnl_bac(), "bac"),
  CBA(dnnl_h.dnnl_cba(), "cba"),
  CAB(dnnl_h.dnnl_cab(), "cab"),
  BCA(dnnl_h.dnnl_bca(), "bca"),
  ABCD(dnnl_h.dnnl_abcd(), "abcd"),
  ABDC(dnnl_h.dnnl_abdc(), "abdc"),
  ACBD(dnnl_h.dnnl_acbd(), "acbd"),
  ACDB(dnnl_h.dnnl_acdb(), "acdb"),
  ADBC(dnnl_h.dnnl_adbc(), "adbc"),
  BACD(dnnl_h.dnnl_bacd(), "bacd"),
  BCDA(dnnl_h.dnnl_bcda(), "bcda"),
  CDAB(dnnl_h.dnnl_cdab(), "cdab"),
  CDBA(dnnl_h.dnnl_cdba(), "cdba"),
  DCAB(dnnl_h.dnnl_dcab(), "dcab"),
  ABCDE(dnnl_h.dnnl_abcde(), "abcde"),
  ACDEB(dnnl_h.dnnl_acdeb(), "acdeb"),
  ABDEC(dnnl_h.dnnl_abdec(), "abdec"),
  CDEBA(dnnl_h.dnnl_cdeba(), "cdeba"),
  DECAB(dnnl_h.dnnl_decab(), "decab"),
  ABCDEF(dnnl_h.dnnl_abcdef(), "abcdef"),
  X(dnnl_h.dnnl_x(), "x"),
  NC(dnnl_h.dnnl_nc(), "nc"),
  CN(dnnl_h.dnnl_cn(), "cn"),
  TN(dnnl_h.dnnl_tn(), "tn"),
  NT(dnnl_h.dnnl_nt(), "nt"),
  NCW(dnnl_h.dnnl_ncw(), "ncw"),
  NWC(dnnl_h.dnnl_nwc(), "nwc"),
  NCHW(dnnl_h.dnnl_nchw(), "nchw"),
  NHWC(dnnl_h.dnnl_nhwc(), "nhwc"),
  CHWN(dnnl_h.dnnl_chwn(), "chwn"),
  NCDHW(dnnl_h.dnnl_ncdhw(), "ncdhw"),
  NDHWC(dnnl_h.dnnl_ndhwc(), "ndhwc"),
  OI(dnnl_h.dnnl_oi(), "oi"),
  IO(dnnl_h.dnnl_io(), "io"),
  OIW(dnnl_h.dnnl_oiw(), "oiw"),
  OWI(dnnl_h.dnnl_owi(), "owi"),
  WIO(dnnl_h.dnnl_wio(), "wio"),
  IWO(dnnl_h.dnnl_iwo(), "iwo"),
  OIHW(dnnl_h.dnnl_oihw(), "oihw"),
  OHWI(dnnl_h.dnnl_ohwi(), "ohwi"),
  HWIO(dnnl_h.dnnl_hwio(), "hwio"),
  IHWO(dnnl_h.dnnl_ihwo(), "ihwo"),
  IOHW(dnnl_h.dnnl_iohw(), "iohw"),
  OIDHW(dnnl_h.dnnl_oidhw(), "oidhw"),
  ODHWI(dnnl_h.dnnl_odhwi(), "odhwi"),
  DHWIO(dnnl_h.dnnl_dhwio(), "dhwio"),
  GOIW(dnnl_h.dnnl_goiw(), "goiw"),
  GOWI(dnnl_h.dnnl_gowi(), "gowi"),
  WIGO(dnnl_h.dnnl_wigo(), "wigo"),
  GOIHW(dnnl_h.dnnl_goihw(), "goihw"),
  GOHWI(dnnl_h.dnnl_gohwi(), "gohwi"),
  HWIGO(dnnl_h.dnnl_hwigo(), "hwigo"),
  GIOHW(dnnl_h.dnnl_giohw(), "giohw"),
  GOIDHW(dnnl_h.dnnl_goidhw(), "goidhw"),
  TNC(dnnl_h.dnnl_tnc(), "tnc"),
  NTC(dnnl_h.dnnl_ntc(), "ntc"),
  LDNC(dnnl_h.dnnl_ldnc(), "ldnc"),
  LDIGO(dnnl_h.dnnl_ldigo(), "ldigo"),
  LDGOI(dnnl_h.dnnl_ldgoi(), "ldgoi"),
  LDIO(dnnl_h.dnnl_ldio(), "ldio"),
  LDOI(dnnl_h.dnnl_ldoi(), "ldoi"),
  LDGO(dnnl_h.dnnl_ldgo(), "ldgo"),
  BLOCKED_NCW8C(dnnl_h.dnnl_nCw8c(), "nCw8c"),
  BLOCKED_NCHW8C(dnnl_h.dnnl_nChw8c(), "nChw8c"),
  BLOCKED_NCDHW8C(dnnl_h.dnnl_nCdhw8c(), "nCdhw8c"),
  BLOCKED_NCW16C(dnnl_h.dnnl_nCw16c(), "nCw16c"),
  BLOCKED_NCHW16C(dnnl_h.dnnl_nChw16c(), "nChw16c"),
  BLOCKED_NCDHW16C(dnnl_h.dnnl_nCdhw16c(), "nCdhw16c"),
  BLOCKED_OIHW8I8O(dnnl_h.dnnl_OIhw8i8o(), "OIhw8i8o"),
  BLOCKED_OIHW16I16O(dnnl_h.dnnl_OIhw16i16o(), "OIhw16i16o"),
  BLOCKED_GOIHW8I8O(dnnl_h.dnnl_gOIhw8i8o(), "gOIhw8i8o"),
  BLOCKED_GOIHW16I16O(dnnl_h.dnnl_gOIhw16i16o(), "gOIhw16i16o"),
  BLOCKED_GOIHW8G(dnnl_h.dnnl_Goihw8g(), "Goihw8g"),
  BLOCKED_GOIHW16G(dnnl_h.dnnl_Goihw16g(), "Goihw16g"),
  BLOCKED_OHWI8O(dnnl_h.dnnl_Ohwi8o(), "Ohwi8o"),
  BLOCKED_OHWI16O(dnnl_h.dnnl_Ohwi16o(), "Ohwi16o"),
  BLOCKED_OHWI32O(dnnl_h.dnnl_Ohwi32o(), "Ohwi32o"),
  BLOCKED_AB32A(dnnl_h.dnnl_Ab32a(), "Ab32a");

  private final int value;
  private final String text;

  FormatTag(int value, String text) {
    this.value = value;
    this.text = text;
  }

  int value() {
    return value;
  }

  @Override
  public String toString() {
    return text;
  }
}
