//! `page html`: results as JSON on standard input, the HTML report on standard output.
use std::error::Error;
use std::io;

use fleetback_report::render::html;
use fleetback_report::results::Results;
use fleetback_report::view::report::ReportView;
use jiff::tz::TimeZone;

fn main() -> Result<(), Box<dyn Error>> {
    let results: Results = serde_json::from_reader(io::stdin().lock())?;
    html::write(
        &ReportView::new(&results, &TimeZone::UTC),
        &mut io::BufWriter::new(io::stdout().lock()),
    )?;
    Ok(())
}
