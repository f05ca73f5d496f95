/** Of a password that is chosen, as the appliance asks for it. */
export const PASSWORD_CHARS_MIN = 10;
