package import CanaryCore
package import CanaryTransport

extension HTTPRequest {
    /// Asks for an exposition, with the deadline and the security of a spec's scrapes.
    package init(scraping url: String, _ telemetry: TelemetrySpec) {
        let security = telemetry.security
        self.init(
            url: url,
            deadline: telemetry.timeout,
            security: HTTPSecurity(security),
            token: security.tokenFile.map { .file($0) }
        )
        prefersExposition()
    }

    /// Asks for the text format that every proxy speaks.
    mutating func prefersExposition() {
        headers.removeAll { $0.name.lowercased() == "accept" }
        headers.append(
            HTTPHeader(
                name: "Accept",
                value: "text/plain;version=0.0.4, application/openmetrics-text;version=1.0.0;q=0.5"
            )
        )
    }
}

extension HTTPSecurity {
    /// The security of scrapes, as the spec has it.
    package init(_ spec: ScrapeSecurity) {
        self.init()
        verifiesPeer = !spec.skipsVerification
        certificateAuthorityFile = spec.certificateAuthorityFile
        clientCertificateFile = spec.clientCertificateFile
        clientKeyFile = spec.clientKeyFile
    }
}
