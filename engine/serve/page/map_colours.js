// Colours of clusters: hues far from each other, however many there are, by the golden angle; in turns a
// little darker and lighter, so that hues that come near to each other differ.

const kGoldenAngle = 137.508,
  kFirstHue = 160;
const kOnLight = [0.42, 0.34, 0.5],
  kOnDark = [0.66, 0.74, 0.58];

/** @returns {string} "#2a5db0" */
export function clusterColour(cluster, isDark) {
  const lightness = (isDark ? kOnDark : kOnLight)[Math.floor(cluster / 8) % 3];
  const hue = (kFirstHue + kGoldenAngle * cluster) % 360;
  const spread = 0.55 * Math.min(lightness, 1 - lightness);
  const part = (n) => {
    const k = (n + hue / 30) % 12;
    const value = lightness - spread * Math.max(-1, Math.min(k - 3, 9 - k, 1));
    return Math.round(255 * value)
      .toString(16)
      .padStart(2, "0");
  };
  return `#${part(0)}${part(8)}${part(4)}`;
}

export const darkness = matchMedia("(prefers-color-scheme: dark)");
