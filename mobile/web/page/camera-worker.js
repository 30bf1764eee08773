// Finds barcodes in pictures, beside the page, with zxing-cpp compiled for browsers; everything comes from our own origin.
"use strict";

importScripts("zxing/reader.js");

const OPTIONS = {
  formats: ["EAN13", "EAN8", "UPCA", "UPCE", "DataBar", "DataBarExp", "DataBarLtd", "Code128", "ITF14", "Code39", "QRCode", "DataMatrix"],
  tryHarder: true,
  tryRotate: true,
  tryInvert: false,
  maxNumberOfSymbols: 4,
  eanAddOnSymbol: "Read",
  textMode: "Plain", // with the separators as they are
};

ZXingWASM.prepareZXingModule({ overrides: { locateFile: (path) => new URL(`zxing/${path}`, self.location).href } });

self.onmessage = async ({ data: picture }) => {
  try {
    const found = await ZXingWASM.readBarcodes(picture, OPTIONS);
    // As a scanner with symbology identifiers would send it: the grammar need not guess.
    self.postMessage({ codes: found.filter((one) => one.isValid).map((one) => one.symbologyIdentifier + one.text) });
  } catch (failure) {
    self.postMessage({ failure: String(failure) });
  }
};
