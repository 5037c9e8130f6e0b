extension PrometheusDecoder {
    /// Reads one token, or all samples at hand; `done` is moved behind what is read for good.
    ///
    /// - Returns: false at the end of the piece.
    mutating func advance(
        _ scanner: inout PrometheusScanner,
        _ done: inout Int,
        _ body: (PrometheusSeries) -> Void
    ) throws(PrometheusScanner.Stop) -> Bool {
        scanner.position = done
        scanner.skipBlanks()
        done = scanner.position
        guard scanner.position < scanner.end else { return false }
        switch phase {
        case .start:
            guard try scanner.take(UInt8(ascii: "{")) else {
                throw .bad(.notJSON, "the answer does not begin like JSON", at: scanner.position)
            }
            try open(.root, scanner)
        case .firstKey:
            if try scanner.take(UInt8(ascii: "}")) {
                try close(scanner, body)
            } else {
                try readKey(&scanner)
            }
        case .key: try readKey(&scanner)
        case .value: try readMember(&scanner)
        case .firstElement:
            if try scanner.take(UInt8(ascii: "]")) {
                try close(scanner, body)
            } else {
                try readElements(&scanner, &done)
            }
        case .element: try readElements(&scanner, &done)
        case .after:
            let isObject = stack.last?.isObject ?? false
            if try scanner.take(UInt8(ascii: ",")) {
                phase = isObject ? .key : .element
            } else {
                try scanner.expect(isObject ? UInt8(ascii: "}") : UInt8(ascii: "]"), "a comma or the end of a list")
                try close(scanner, body)
            }
        case .end: throw scanner.bad("something follows the answer")
        }
        done = scanner.position
        return true
    }

    // MARK: Containers

    mutating func open(_ frame: Frame, _ scanner: PrometheusScanner) throws(PrometheusScanner.Stop) {
        guard stack.count < limits.depth else {
            throw .bad(.tooLarge, "more than \(limits.depth) levels of nesting", at: scanner.position)
        }
        stack.append(frame)
        phase = frame.isObject ? .firstKey : .firstElement
    }

    private mutating func close(
        _ scanner: PrometheusScanner,
        _ body: (PrometheusSeries) -> Void
    ) throws(PrometheusScanner.Stop) {
        let frame = stack.popLast()
        phase = stack.isEmpty ? .end : .after
        switch frame {
        case .series?:
            guard hasSamples else { throw scanner.bad("a series without 'value' or 'values'") }
            series.labelText = try draft.text(scanner)
            summary.series += 1
            summary.samples += series.values.count
            if series.hasNativeHistograms { summary.nativeHistograms += 1 }
            guard summary.series <= limits.series, summary.samples <= limits.samples else {
                let most = "\(limits.series) series or \(limits.samples) samples"
                throw .bad(.tooLarge, "more than \(most)", at: scanner.position)
            }
            body(series)
        case .pair? where singleTime == nil || singleText == nil:
            throw scanner.bad("a scalar or string is [time, \"value\"]")
        default: break
        }
    }

    // MARK: Objects

    private mutating func readKey(_ scanner: inout PrometheusScanner) throws(PrometheusScanner.Stop) {
        let name = try scanner.text("a key")
        try scanner.expect(UInt8(ascii: ":"), "a colon")
        let frame = stack.last ?? .skippedObject
        if frame == .labels {
            let value = try scanner.text("the value of a label")
            try draft.add(name, value, limits, scanner)
            phase = .after
            return
        }
        key = Self.key(name, in: frame, scanner)
        phase = .value
    }

    private static func key(_ name: PrometheusScanner.Text, in frame: Frame, _ scanner: PrometheusScanner) -> Key {
        switch frame {
        case .root:
            if scanner.matches(name, "status") { return .status }
            if scanner.matches(name, "data") { return .data }
            if scanner.matches(name, "errorType") { return .errorType }
            if scanner.matches(name, "error") { return .error }
            if scanner.matches(name, "warnings") { return .warnings }
            if scanner.matches(name, "infos") { return .infos }
            if scanner.matches(name, "isPartial") { return .isPartial }
        case .data:
            if scanner.matches(name, "resultType") { return .resultType }
            if scanner.matches(name, "result") { return .result }
        case .series:
            if scanner.matches(name, "metric") { return .metric }
            if scanner.matches(name, "value") { return .value }
            if scanner.matches(name, "values") { return .values }
            if scanner.matches(name, "histogram") || scanner.matches(name, "histograms") { return .histograms }
        default: break
        }
        return .unknown
    }

    private mutating func readMember(_ scanner: inout PrometheusScanner) throws(PrometheusScanner.Stop) {
        switch key {
        case .status:
            let text = try scanner.text("'status'")
            guard scanner.matches(text, "success") || scanner.matches(text, "error") else {
                throw scanner.bad("'status' must be success or error", at: text.start)
            }
            summary.isSuccess = scanner.matches(text, "success")
            phase = .after
        case .errorType:
            summary.errorType = try scanner.string(scanner.text("'errorType'"), limit: 100)
            phase = .after
        case .error:
            summary.error = try scanner.string(scanner.text("'error'"))
            phase = .after
        case .warnings: try openList(.warnings, &scanner)
        case .infos: try openList(.infos, &scanner)
        case .isPartial:
            let word = try scanner.bareWord()
            summary.isPartial = scanner.word(word, is: "true")
            phase = .after
        case .data:
            if try scanner.peek() != UInt8(ascii: "{") { return try skip(&scanner) }
            guard !hasData else { throw scanner.bad("'data' twice") }
            hasData = true
            scanner.position &+= 1
            try open(.data, scanner)
        case .resultType:
            let text = try scanner.string(scanner.text("'resultType'"), limit: 100)
            declaredType = PrometheusSummary.ResultType(rawValue: text)
            hasUnknownType = declaredType == nil
            phase = .after
        case .result:
            guard !hasResult else { throw scanner.bad("'result' twice") }
            hasResult = true
            try scanner.expect(UInt8(ascii: "["), "'result' as a list")
            try open(.result, scanner)
        case .metric:
            guard draft.isEmpty else { throw scanner.bad("'metric' twice in a series") }
            try scanner.expect(UInt8(ascii: "{"), "'metric' as an object")
            try open(.labels, scanner)
        case .value:
            try note(.vector, scanner)
            try append(scanner.sample(), scanner)
            phase = .after
        case .values:
            try note(.matrix, scanner)
            try scanner.expect(UInt8(ascii: "["), "'values' as a list")
            try open(.samples, scanner)
        case .histograms:
            series.hasNativeHistograms = true
            hasSamples = true
            try skip(&scanner)
        case .unknown: try skip(&scanner)
        }
    }

    private mutating func openList(
        _ frame: Frame,
        _ scanner: inout PrometheusScanner
    ) throws(PrometheusScanner.Stop) {
        if try scanner.peek() != UInt8(ascii: "[") { return try skip(&scanner) }
        scanner.position &+= 1
        try open(frame, scanner)
    }

    private mutating func note(
        _ type: PrometheusSummary.ResultType,
        _ scanner: PrometheusScanner
    ) throws(PrometheusScanner.Stop) {
        guard foundType == nil || foundType == type else {
            throw scanner.bad("'value' and 'values' in one answer")
        }
        guard series.values.isEmpty else { throw scanner.bad("the samples of a series twice") }
        foundType = type
        hasSamples = true
    }

    private mutating func append(
        _ sample: (time: Int64, value: Double),
        _ scanner: PrometheusScanner
    ) throws(PrometheusScanner.Stop) {
        guard series.values.count < limits.samplesOfSeries else {
            throw .bad(.tooLarge, "more than \(limits.samplesOfSeries) samples of one series", at: scanner.position)
        }
        series.times.append(sample.time)
        series.values.append(sample.value)
    }

    // MARK: Lists

    private mutating func readElements(
        _ scanner: inout PrometheusScanner,
        _ done: inout Int
    ) throws(PrometheusScanner.Stop) {
        switch stack.last {
        case .samples?: try readSamples(&scanner, &done)
        case .result?:
            if try scanner.take(UInt8(ascii: "{")) {
                series.times.removeAll(keepingCapacity: true)
                series.values.removeAll(keepingCapacity: true)
                series.hasNativeHistograms = false
                draft.removeAll()
                hasSamples = false
                try open(.series, scanner)
            } else {
                guard phase == .firstElement else { throw scanner.bad("a series must be an object") }
                stack[stack.count - 1] = .pair
                try readPair(&scanner)
            }
        case .pair?: try readPair(&scanner)
        case .warnings?:
            let text = try scanner.string(scanner.text("a warning"), limit: 500)
            if summary.warnings.count < limits.warnings { summary.warnings.append(text) }
            phase = .after
        case .infos?:
            let text = try scanner.string(scanner.text("a note"), limit: 500)
            if summary.infos.count < limits.warnings { summary.infos.append(text) }
            phase = .after
        default: try skip(&scanner)
        }
    }

    /// All samples at hand: the inner loop.
    private mutating func readSamples(
        _ scanner: inout PrometheusScanner,
        _ done: inout Int
    ) throws(PrometheusScanner.Stop) {
        phase = .element
        while true {
            let sample = try scanner.sample()
            try append(sample, scanner)
            phase = .after
            done = scanner.position
            guard try scanner.take(UInt8(ascii: ",")) else { return }
            phase = .element
            done = scanner.position
        }
    }

    /// A scalar's or a string's time, then its text.
    private mutating func readPair(_ scanner: inout PrometheusScanner) throws(PrometheusScanner.Stop) {
        if singleTime == nil {
            singleTime = try scanner.time()
        } else if singleText == nil {
            singleText = try scanner.string(scanner.text("the value of a scalar or string"))
        } else {
            throw scanner.bad("a scalar or string is [time, \"value\"]")
        }
        phase = .after
    }

    // MARK: What nobody asked for

    private mutating func skip(_ scanner: inout PrometheusScanner) throws(PrometheusScanner.Stop) {
        switch try scanner.peek() {
        case UInt8(ascii: "{"):
            scanner.position &+= 1
            try open(.skippedObject, scanner)
        case UInt8(ascii: "["):
            scanner.position &+= 1
            try open(.skippedArray, scanner)
        case UInt8(ascii: "\""):
            _ = try scanner.text("a value")
            phase = .after
        default:
            let word = try scanner.bareWord()
            guard
                scanner.word(word, is: "true") || scanner.word(word, is: "false") || scanner.word(word, is: "null")
                    || scanner.isNumber(word)
            else { throw scanner.bad("expected a value", at: word.lowerBound) }
            phase = .after
        }
    }

    // MARK: The end

    /// Brings what was declared and what was found together.
    mutating func conclude() throws(PrometheusDecodeError) {
        guard summary.isSuccess else {
            if summary.error.isEmpty, summary.errorType.isEmpty {
                throw refuse(.malformed, "the answer has neither 'status: success' nor an error", 0)
            }
            return
        }
        guard hasResult, !hasUnknownType else {
            throw refuse(.malformed, hasResult ? "an unknown 'resultType'" : "the answer has no result", 0)
        }
        let isSingle = singleTime != nil
        switch declaredType {
        case .scalar?, .string?:
            guard isSingle, let time = singleTime, let text = singleText else {
                throw refuse(.malformed, "the result is not the scalar or string that it is said to be", 0)
            }
            summary.single = PrometheusSummary.Single(time: time, text: text)
        case .vector?, .matrix?:
            guard !isSingle, foundType == nil || foundType == declaredType else {
                throw refuse(.malformed, "the result is not of the type that it is said to be", 0)
            }
        case nil:
            throw refuse(.malformed, "the answer has no 'resultType'", 0)
        }
        summary.resultType = declaredType
    }
}
