//! Ends the connection of a request whose body had not come to its end when it was answered, whatever the method and
//! the answer.
//!
//! Left alone, the server would wait for the rest of the body to use the connection again, for as long as the other
//! side likes. While the body's reader is held until the answer is out, the connection is closed after it instead.
//! Does not look into bodies.

use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::HttpMessage as _;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use futures_core::Stream;

/// The body's reader, shared with whoever reads it.
struct Shared {
    payload: Rc<RefCell<Payload>>,
    /// Whether everything was read.
    ended: Rc<Cell<bool>>,
}

impl Stream for Shared {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = Pin::new(&mut *self.payload.borrow_mut()).poll_next(context);
        if let Poll::Ready(None) = &next {
            self.ended.set(true);
        }
        next
    }
}

/// An answer that holds the reader of its request until it is out.
struct Holding<B> {
    body: B,
    _reader: Shared,
}

impl<B: MessageBody + Unpin> MessageBody for Holding<B> {
    type Error = B::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.body).poll_next(context)
    }
}

pub(super) async fn close(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    if !announces_a_body(&request) {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    let (payload, ended) = (Rc::new(RefCell::new(request.take_payload())), Rc::new(Cell::new(false)));
    let reader = || Shared { payload: Rc::clone(&payload), ended: Rc::clone(&ended) };
    let shared: Pin<Box<dyn Stream<Item = Result<Bytes, PayloadError>>>> = Box::pin(reader());
    request.set_payload(Payload::from(shared));
    let response = next.call(request).await?.map_into_boxed_body();
    if ended.get() {
        return Ok(response);
    }
    Ok(response.map_body(|_, body| BoxBody::new(Holding { body, _reader: reader() })))
}

fn announces_a_body(request: &ServiceRequest) -> bool {
    let headers = request.headers();
    headers.contains_key(TRANSFER_ENCODING)
        || headers.get(CONTENT_LENGTH).is_some_and(|length| length.as_bytes() != b"0")
}
