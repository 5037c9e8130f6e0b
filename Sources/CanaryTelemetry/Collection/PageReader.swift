/// Reads a page, chunk by chunk, for one configuration.
///
/// Lines of other families are passed at scan speed; see `ExpositionCheck.istioOnly`. After a fault further chunks are
/// ignored, so a caller may stop early.
package struct PageReader: Sendable {
    private var parser: ExpositionParser
    private var page: PageBuilder
    private var fault: PageReading.Fault?

    package init(configuration: CollectorConfiguration, check: ExpositionCheck = .istioOnly) {
        parser = ExpositionParser(limits: configuration.limits, check: check)
        page = PageBuilder(configuration: configuration)
    }

    /// Whether the page is refused already.
    package var hasFailed: Bool { fault != nil }

    package mutating func feed(_ chunk: UnsafeBufferPointer<UInt8>) {
        guard fault == nil else { return }
        do throws(ExpositionError) {
            try parser.feed(chunk, to: &page)
        } catch {
            fault = Self.fault(error)
        }
    }

    package mutating func feed(_ chunk: Span<UInt8>) {
        chunk.withUnsafeBufferPointer { feed($0) }
    }

    package mutating func feed(_ chunk: [UInt8]) {
        chunk.withUnsafeBufferPointer { feed($0) }
    }

    package mutating func finish() -> PageReading {
        if fault == nil {
            do throws(ExpositionError) {
                try parser.finish(to: &page)
            } catch {
                fault = Self.fault(error)
            }
        }
        if let fault {
            var reading = PageReading()
            reading.fault = fault
            return reading
        }
        return page.finish(parser.labelSets, hasSeenEnvoy: parser.hasSeenEnvoy)
    }

    private static func fault(_ error: ExpositionError) -> PageReading.Fault {
        PageReading.Fault(label: error.code.rawValue, message: error.description)
    }
}
