/// How much of an exposition is read before it is refused.
///
/// The defaults hold a gateway page of 100 MB and two million lines, and refuse an endless one.
package struct ExpositionLimits: Sendable, Hashable {
    /// The longest line, in bytes, without its newline.
    package var lineBytes: Int

    /// The most labels of one sample.
    package var labels: Int

    /// The longest text between the braces of one sample, in bytes.
    package var labelBytes: Int

    /// The most lines of one page that are not blank, comments included.
    package var samples: Int

    /// The most bytes of one page.
    package var bodyBytes: Int

    /// The most distinct label sets of the lines that are parsed.
    package var labelSets: Int

    package init(
        lineBytes: Int = 65_536,
        labels: Int = 128,
        labelBytes: Int = 32_768,
        samples: Int = 2_500_000,
        bodyBytes: Int = 134_217_728,
        labelSets: Int = 1_000_000
    ) {
        self.lineBytes = lineBytes
        self.labels = labels
        self.labelBytes = labelBytes
        self.samples = samples
        self.bodyBytes = bodyBytes
        self.labelSets = labelSets
    }
}
