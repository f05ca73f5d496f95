//! One operation of a payment plugin, as the effects are driven through it.

use std::time::{Duration, Instant};

use plugin_host::{CallContext, Effect, Event, Payment, PaymentTask, Request};

use crate::api::chain;
use crate::effects::Steps;

/// One operation of the payment plugin, begun with its first step.
pub(crate) struct PaymentSteps {
    payment: Payment,
    request: Request,
    task: Option<PaymentTask>,
}

impl PaymentSteps {
    pub(crate) fn new(payment: Payment, request: Request) -> Self {
        Self { payment, request, task: None }
    }
}

impl Steps for PaymentSteps {
    fn step(&mut self, event: &Event, remaining: Duration) -> Result<Effect, String> {
        let context = CallContext::until(Instant::now() + remaining);
        let task = match self.task.take() {
            Some(task) => task,
            None => self.payment.begin(&context, &self.request).map_err(|error| chain(&error))?,
        };
        self.task.insert(task).step(&context, event).map_err(|error| chain(&error))
    }
}
